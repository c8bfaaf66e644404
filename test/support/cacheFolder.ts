export { cacheFolder } from '../../scripts/installations/cacheFolder.ts';
