/** What a composition root puts together: `girder-worker/dispatch`. */
export { nodeName } from '../connections/nodeName.ts';
export type { Log } from '../events/log.ts';
export { createTextLog } from '../events/textLog.ts';
export { createPool } from '../execution/pool.ts';
export { createSoloPool as createSolo } from '../execution/solo.ts';
export { connectStore } from '../store/dynamodb/connectStore.ts';
export { connectTransport } from '../transport/sqs/sqsTransport.ts';
export { createDispatcher, type Dispatcher, type DispatcherOptions, type Invocation } from './dispatcher.ts';
