/** What girder-worker-dev and create-girder-worker-plugin, which are released together with this package, share with it: time. */
export { nodeSystem } from '../system/nodeSystem.ts';
export { createOutage } from '../system/outage.ts';
export { repeat } from '../system/repeat.ts';
