/** Runs tasks in the tests of a plugin: `import { createTask, runTask } from 'girder-worker/testing'`. */
export { outcomeOf, type TestOutcome } from './outcomeOf.ts';
export { runTask } from './runTask.ts';
export { createTask, type SentTask, TestTask, type TestTaskOptions } from './testTask.ts';
