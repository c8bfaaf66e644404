import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cacheFolder.ts';

/**
 * Resolves to a folder with the jars that a pom.xml names: from the cache, or downloaded by Maven. `name` is the beginning
 * of the name of the folder. Several processes may call it at the same time.
 *
 * Rejects with an Error with Maven's output.
 */
export async function mavenJars(name: string, pom: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(cacheFolder(), `${name}-${digest}`);
  if (await exists(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  // Only a complete download gets the name of the folder: that of the first process if there are several.
  const download = await mkdtemp(`${folder}-`);
  try {
    await promisify(execFile)('mvn', [
      ...['--quiet', '--batch-mode', '--file', pom, 'dependency:copy-dependencies'],
      ...['-DincludeScope=runtime', `-DoutputDirectory=${download}`],
    ]);
    await rename(download, folder);
  } catch (error) {
    await rm(download, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
