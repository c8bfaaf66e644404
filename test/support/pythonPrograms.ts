import path from 'node:path';
import { makeVenv } from '../../scripts/installations/pythonVenv.ts';
import { cacheFolder } from './cacheFolder.ts';

/** Resolves to the folder of the programs of these Python packages. The first call downloads them, to a cache outside of the repository. */
export async function pythonPrograms(...packages: string[]): Promise<string> {
  const folder = path.join(cacheFolder(), `examples-${packages.join('-').replaceAll('=', '')}`);
  return path.dirname(await makeVenv(folder, packages));
}
