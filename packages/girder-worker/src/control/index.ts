/** The parts of remote control, for the function that executes its commands: `girder-worker/control`. */
export { loadConnections } from '../connections/connections.ts';
export { connectTransport } from '../transport/sqs/sqsTransport.ts';
export { connectControl } from './connectControl.ts';
export { type ControlNode, createControlNode } from './controlNode.ts';
export type { ControlDeps } from './deps.ts';
export { createPidbox, type PidboxLog } from './pidbox.ts';
