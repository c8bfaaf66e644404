/** What girder-worker-dev and create-girder-worker-plugin, which are released together with this package, share with it: the parts of commands. */
export { exitCodeOf, stopRequest } from '../cli/process/stopRequest.ts';
export { integerUpTo, names, port } from '../cli/shared/arguments.ts';
export { hostFacts, renderBanner } from '../cli/shared/banner.ts';
export type { DevPackage } from '../cli/shared/devPackage.ts';
export { count, displayPath, type Output, print, processOutput } from '../cli/shared/output.ts';
export { readRegistry, registryPath } from '../cli/shared/registry.ts';
export { version } from '../cli/shared/version.ts';
export { ScaffoldError, type ScaffoldErrorCode, type ScaffoldFault } from '../scaffold/scaffoldError.ts';
export { writePackage } from '../scaffold/writePackage.ts';
