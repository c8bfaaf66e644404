/** The parts from which a function assembles the dispatcher: `girder-worker/dispatch`. */
export { ConfigurationFaults } from '../connections/configurationError.ts';
export { type Connections, loadConnections } from '../connections/connections.ts';
export type { Log } from '../events/log.ts';
export { createTextLog } from '../events/textLog.ts';
export { createPool } from '../execution/pool.ts';
export { createSoloPool } from '../execution/soloPool.ts';
export { connectStore } from '../store/dynamodb/connectStore.ts';
export { nodeSystem } from '../system/nodeSystem.ts';
export { connectTransport } from '../transport/sqs/sqsTransport.ts';
export { createDeadLetterConsumer } from './deadLetters.ts';
export { createDispatcher, type Dispatcher, type DispatcherOptions, type Invocation } from './dispatcher.ts';
