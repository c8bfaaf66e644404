/** What the composition root of remote control puts together: `girder-worker/control`. */
export { connectTransport } from '../transport/sqs.ts';
export { connectControlParts } from './connect.ts';
export { type ControlNode, createControl } from './control.ts';
export { createMailbox, type MailboxLog } from './mailbox.ts';
export type { ControlParts } from './parts.ts';
