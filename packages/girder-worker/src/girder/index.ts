/** Girder for plugins and clients: `girder-worker/girder`. */
export { GirderClient, type GirderClientOptions } from './client/girderClient.ts';
export { GirderFileId, GirderFolderId, GirderItemId, TemporaryDirectory } from './transforms/argumentTransforms.ts';
export {
  GirderItemMetadata,
  GirderUploadJobArtifact,
  GirderUploadToFolder,
  GirderUploadToItem,
} from './transforms/resultTransforms.ts';
export type { TransformClient } from './transforms/transform.ts';
export { GirderError, type GirderErrorCode, StateTransitionError } from './wire/girderError.ts';
