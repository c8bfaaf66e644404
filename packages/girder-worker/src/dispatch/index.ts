/** What a composition root puts together: `girder-worker/dispatch`. */
export { nodeName } from '../aws/nodeName.ts';
export { createPool } from '../execution/pool.ts';
export { createSolo } from '../execution/solo.ts';
export { connectStore } from '../store/dynamodbClient.ts';
export { connectTransport } from '../transport/sqs.ts';
export { createDispatcher, type Dispatcher, type DispatcherOptions, type Invocation } from './dispatcher.ts';
export type { Log } from './log.ts';
export { createTextLog } from './textLog.ts';
