import { createTaskClient } from './client/client.ts';
import { App } from './task/app.ts';

/**
 * The app of this process. Its broker and backend are those of the environment (GIRDER_WORKER_BROKER,
 * GIRDER_WORKER_BACKEND).
 *
 * @example import { app } from 'girder-worker/app'
 */
export const app = new App(createTaskClient(process.env));
export { bindTaskNames } from './task/origin.ts';
