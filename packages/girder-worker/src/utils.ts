export { Task, type TaskLog } from './task/task.ts';
