/** What the composition root of remote control puts together: `girder-worker/control`. */
export { connectTransport } from '../transport/sqs/sqsTransport.ts';
export { connectControl as connectControlParts } from './connect.ts';
export { type ControlNode, createControlNode as createControl } from './controlNode.ts';
export type { ControlDeps as ControlParts } from './deps.ts';
export { createPidbox as createMailbox, type PidboxLog as MailboxLog } from './pidbox.ts';
