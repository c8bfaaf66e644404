/**
 * What is loaded where traces are on. One module for the main thread, for threads and for clients: each further dynamic import would
 * split the files that every cold start reads into more and smaller ones.
 */
export { createClientTraces } from './clientTraces.ts';
export { createTraces } from './createTraces.ts';
export { loadTraceApi } from './traceApi.ts';
export { createTracedRun } from './tracedRun.ts';
