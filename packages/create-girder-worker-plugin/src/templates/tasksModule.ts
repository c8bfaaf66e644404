import type { PluginAnswers } from '../answers/answers.ts';

/** src/tasks.ts: a simple task, and a cancelable one. */
export function tasksModule({ taskName }: PluginAnswers): string {
  return `import { setTimeout as pause } from 'node:timers/promises';
import { app } from 'girder-worker/app';
import type { Task } from 'girder-worker/utils';

/** Returns the sum of two numbers. */
export const add = app.task(function add(a: number, b: number): number {
  return a + b;
});

/** Counts to a number in steps, until a client revokes it. Returns the number that it has reached. */
export const ${taskName} = app.task(async function ${taskName}(this: Task, to: number, stepMs = 100): Promise<number> {
  for (let current = 0; current < to; current++) {
    // True soon after the task is revoked, also in a loop without a pause. Clean up here.
    if (this.canceled) {
      this.log.info(\`canceled at \${current} of \${to}\`);
      return current;
    }
    // Aborted when the task is revoked: the pause ends with an AbortError. \`fetch\` and streams take it, too.
    await pause(stepMs, undefined, { signal: this.signal });
    // The progress of the task's job in Girder. Without Girder, there is no job.
    this.jobManager?.updateProgress({ total: to, current: current + 1 });
  }
  return to;
});
`;
}
