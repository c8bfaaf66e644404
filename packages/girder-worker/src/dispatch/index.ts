/** What a composition root puts together: `girder-worker/dispatch`. */
export { createPool } from '../execution/pool.ts';
export { connectStore } from '../store/dynamodbClient.ts';
export { lazyTransport } from '../transport/lazy.ts';
export { createDispatcher, type Dispatcher, type Invocation, type Stations } from './dispatcher.ts';
export type { Log } from './log.ts';
export { createTextLog } from './textLog.ts';
