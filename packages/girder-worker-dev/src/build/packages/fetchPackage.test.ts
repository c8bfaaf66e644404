import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../../../../../test/support/deployment.ts';
import { createPackageFetcher } from './fetchPackage.ts';

const name = '@lib/lib-linux-arm64';
let folder: TemporaryFolder;
let registry: Server;
let integrity: string;
/** The paths that npm has requested. */
const requests: string[] = [];

beforeAll(async () => {
  folder = createTemporaryFolder();
  const source = join(folder.root, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
  writeFileSync(join(source, 'lib.node'), 'native code');
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json'], { cwd: source });
  const [packed] = Object.values(JSON.parse(stdout) as object) as { filename: string; integrity: string }[];
  integrity = packed!.integrity;
  const tarball = readFileSync(join(source, packed!.filename));
  registry = createServer(({ url = '' }, response) => {
    requests.push(url);
    if (url.endsWith('.tgz')) return response.end(tarball);
    const dist = { tarball: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/lib.tgz`, integrity };
    const versions = { '1.0.0': { name, version: '1.0.0', dist } };
    return response.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions }));
  });
  await new Promise<void>((resolve) => {
    registry.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => {
  registry.close();
  folder[Symbol.dispose]();
});
beforeEach(() => {
  requests.length = 0;
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${(registry.address() as AddressInfo).port}`);
  vi.stubEnv('npm_config_cache', join(folder.root, 'npm-cache'));
  return () => vi.unstubAllEnvs();
});

/** A deployment with its own cache, whose lock file names this checksum of version 1.0.0. */
function deploymentWith(checksum: string | undefined): string {
  const root = join(folder.root, `deployment-${randomUUID()}`);
  mkdirSync(root);
  const lock = { packages: { [`node_modules/${name}`]: { version: '1.0.0', integrity: checksum } } };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(checksum === undefined ? {} : lock));
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'));
  return root;
}

test('a package is downloaded once, and later builds need no network', async () => {
  const root = deploymentWith(integrity);
  const fetched = await createPackageFetcher(root)(name, '^1.0.0');
  expect(fetched).toMatchObject({ name, version: '1.0.0', id: `${name}@1.0.0` });
  expect(readFileSync(join(fetched.folder, 'lib.node'), 'utf8')).toBe('native code');
  expect(requests).not.toEqual([]);
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1');
  expect(await createPackageFetcher(root)(name, '^1.0.0')).toEqual(fetched);
});

test('a package whose checksum is not that of package-lock.json is refused and not kept', async () => {
  const root = deploymentWith('sha512-another');
  const fetching = createPackageFetcher(root)(name, '1.0.0');
  await expect(fetching).rejects.toThrow(/its checksum sha512-.* is not that of package-lock\.json, sha512-another/);
  expect(existsSync(join(root, 'cache/girder-worker/packages/@lib+lib-linux-arm64@1.0.0'))).toBe(false);
});

test('a version that the lock file does not name is that of the registry', async () => {
  const root = deploymentWith(undefined);
  expect(await createPackageFetcher(root)(name, '^1.0.0')).toMatchObject({ version: '1.0.0' });
  await expect(createPackageFetcher(root)(name, '^2.0.0')).rejects.toThrow(/No matching version|notarget/i);
});
