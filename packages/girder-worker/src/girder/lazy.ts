/**
 * What is loaded when the first message asks for Girder. One module for the main thread and for tasks: each further dynamic
 * import would split the files that every cold start reads into more and smaller ones.
 */
export { extendRun } from './extension/extendRun.ts';
export { RunningJobs } from './jobs/runningJobs.ts';
