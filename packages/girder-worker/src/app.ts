import { createTaskClient } from './client/client.ts';
import { App } from './task/app.ts';

/** The application that tasks are declared with: `import { app } from 'girder-worker/app'`. */
export const app = new App(createTaskClient(process.env));
export { bindTaskNames } from './task/origin.ts';
