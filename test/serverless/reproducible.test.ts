import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, lstatSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTemporaryFolder } from '../support/deployment.ts';
import { packageNames } from '../support/nativeTasks.ts';
import { bundledPackages } from './bundledPackages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Copies this repository, with the packages whose code the functions contain. Of all other packages, links are enough. */
function copyRepository(copy: string): void {
  const isSource = (path: string) => !/[\\/](?:packages|plugins)[\\/][^\\/]+[\\/]lib$/.test(path);
  for (const name of ['package.json', 'serverless.yml', 'infra', 'functions', 'packages', 'plugins'])
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: isSource });
  for (const name of ['.bin', ...packageNames(join(root, 'node_modules'))]) {
    const [source, target] = [join(root, 'node_modules', name), join(copy, 'node_modules', name)];
    mkdirSync(dirname(target), { recursive: true });
    const isWorkspace = lstatSync(source).isSymbolicLink();
    if (isWorkspace || bundledPackages.includes(name))
      cpSync(source, target, { recursive: true, verbatimSymlinks: true, dereference: false });
    else symlinkSync(source, target);
  }
  mkdirSync(join(copy, 'scripts'));
  writeFileSync(join(copy, 'scripts/setup.mjs'), ''); // The packages are installed.
}

/** The SHA-256 of each file, by its path relative to the folder. */
function digests(folder: string): Record<string, string> {
  const files = globSync('**/*', { cwd: folder, withFileTypes: false }).filter((file) =>
    lstatSync(join(folder, file)).isFile(),
  );
  return Object.fromEntries(files.sort().map((file) => [file, sha256(join(folder, file))]));
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

interface Build {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly umask: string;
}

async function packageIn({ folder, env, umask }: Build): Promise<void> {
  const serverless = join(root, 'node_modules/osls/bin/serverless.js');
  const command = `umask ${umask} && "${process.execPath}" "${serverless}" package`;
  await run('sh', ['-c', command], { cwd: folder, env: { PATH: process.env.PATH, ...env } });
}

describe('two copies of this repository in folders of other names and depths, with files of other times, on machines with another time zone, language and umask', {
  timeout: 240_000,
}, () => {
  const temporary = createTemporaryFolder();
  const builds: readonly Build[] = [
    { folder: join(temporary.root, 'one'), umask: '022', env: { HOME: temporary.root, TZ: 'UTC', LC_ALL: 'C' } },
    {
      folder: join(temporary.root, 'another/deeper folder/two'),
      umask: '077',
      env: { HOME: temporary.root, TZ: 'Asia/Kolkata', LC_ALL: 'de_DE.UTF-8', USER: 'someone' },
    },
  ];
  beforeAll(async () => {
    for (const { folder } of builds) {
      mkdirSync(folder, { recursive: true });
      copyRepository(folder);
    }
    const later = new Date('2031-05-05T05:05:05Z');
    for (const file of globSync('{packages,plugins,functions}/**/*', { cwd: builds[1]!.folder }))
      utimesSync(join(builds[1]!.folder, file), later, later);
    for (const build of builds) await packageIn(build);
  }, 240_000);
  afterAll(() => temporary[Symbol.dispose]());

  const bundleOf = ({ folder }: Build) => join(folder, '.build/dispatcher');

  test('give the same bytes of each file of the bundle', () => {
    const [one, two] = builds.map((build) => digests(bundleOf(build)));
    expect(Object.keys(one!).length).toBeGreaterThan(100);
    expect(two).toEqual(one);
  });

  test('give the same bytes of the archive that serverless package writes', () => {
    const [one, two] = builds.map(({ folder }) => sha256(join(folder, '.serverless/girder-worker.zip')));
    expect(two).toBe(one);
  });

  test('leave no path of their machine in the bundle', () => {
    for (const build of builds) {
      const texts = Object.keys(digests(bundleOf(build))).map((file) =>
        readFileSync(join(bundleOf(build), file), 'utf8'),
      );
      expect(texts.filter((text) => text.includes(temporary.root) || text.includes(root))).toEqual([]);
    }
  });

  test('give the same bundle with another folder for the output', async () => {
    const { folder } = builds[0]!;
    const output = join(temporary.root, 'output/elsewhere');
    const cli = join(folder, 'packages/girder-worker/src/cli/main.ts');
    await run(process.execPath, [cli, 'build', '--out-dir', output], { cwd: folder });
    expect(digests(join(output, 'dispatcher'))).toEqual(digests(bundleOf(builds[0]!)));
  });
});
