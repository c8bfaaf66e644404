import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import {
  type LocalDispatcher,
  startLocalDispatcher,
} from '../../packages/girder-worker-dev/src/local/localDispatcher.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/deployment.ts';
import { addNativeTasks } from '../support/nativeTasks.ts';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

// The packages are installed for this machine, and the function runs on Linux with this processor.
const isFunctionPlatform = process.platform === 'linux' && process.arch === 'x64';

describe.runIf(isFunctionPlatform)('the archive of a plugin with native code and files', { timeout: 240_000 }, () => {
  let deployment: Deployment;
  let packaged: Package;
  let again: Package;
  /** The output of packaging for the default architecture, arm64. */
  let refusal: string;
  let unpacked: TemporaryFolder;
  let emulators: Emulators;
  let dispatcher: LocalDispatcher;
  let app: App;
  const lines: string[] = [];

  beforeAll(async () => {
    deployment = await createDeployment({ plugins: ['nativetasks'], install: addNativeTasks });
    const x64 = ['--param', 'architecture=x86_64'];
    packaged = await deployment.package(...x64);
    again = await deployment.package(...x64);
    refusal = await deployment.package().then(
      () => '',
      ({ stderr, stdout }: { stderr: string; stdout: string }) => stderr + stdout,
    );
    unpacked = createTemporaryFolder();
    for (const [file, content] of packaged.files) {
      await mkdir(path.dirname(path.join(unpacked.root, file)), { recursive: true });
      await writeFile(path.join(unpacked.root, file), content);
    }
    await deployment.remove(); // Nothing in it can be found any more.
    emulators = await startEmulators();
    dispatcher = await startLocalDispatcher({
      ...{ emulators, file: path.join(unpacked.root, 'handler.mjs'), concurrency: 1, timeoutSeconds: 60 },
      printLine: (line) => lines.push(line),
      onFault: ({ code, reason }) => lines.push(`${code}: ${reason}`),
    });
    app = new App(
      createTaskClient({
        ...stackVariables(emulators, 'celery'),
        ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      }),
    );
  }, 400_000); // It packages three times.
  afterAll(async () => {
    await dispatcher?.stop(1000);
    await emulators?.stop();
    unpacked?.[Symbol.dispose]();
    await deployment?.remove();
  });

  test.each<[what: string, task: string, args: unknown[], result: unknown]>([
    ['a task that uses sharp, whose native code is in packages for each platform', 'resize', [20], [20, 15]],
    ['a task that uses a package of @node-rs', 'checksum', ['hello'], 0x3610a686],
    ['a task that instantiates a WebAssembly module beside it', 'add', [19, 23], 42],
    ['a task that reads a data file beside it', 'readModel', [], { weights: [1, 2, 3] }],
    ['a task that lists a folder beside it', 'listData', [], ['model.json', 'notes.txt']],
    ['a task that reads a file that its package.json names', 'readWord', ['en'], 'good day'],
  ])('runs %s from an empty folder', async (_, task, args, result) => {
    expect(await run(task, args)).toEqual(result);
  });

  test('runs a task whose package has prebuilt addons, with the addon for the function', async () => {
    const addons = (await run('loadedAddons')) as string[];
    expect(addons.map((file) => path.relative(unpacked.root, file))).toEqual([
      expect.stringMatching(/^node_modules\/bufferutil\/prebuilds\/linux-x64\//),
    ]);
  });

  test('contains the packages for the function, and no native code for other platforms', () => {
    const files = [...packaged.files.keys()];
    const packages = files.flatMap((file) => /^(node_modules\/.+)\/package\.json$/.exec(file)?.[1] ?? []);
    expect(packages.sort()).toEqual(
      ['@img/colour', '@img/sharp-libvips-linux-x64', '@img/sharp-linux-x64', '@node-rs/crc32']
        .concat(['@node-rs/crc32-linux-x64-gnu', 'bufferutil', 'detect-libc', 'node-gyp-build', 'semver', 'sharp'])
        .map((name) => `node_modules/${name}`),
    );
    const addons = files.filter((file) => file.endsWith('.node')).map((file) => path.dirname(file));
    expect(new Set(addons)).toEqual(
      new Set([
        'node_modules/@img/sharp-linux-x64/lib',
        'node_modules/@node-rs/crc32-linux-x64-gnu',
        'node_modules/bufferutil/prebuilds/linux-x64',
      ]),
    );
  });

  test('has the same content in each build', () => {
    expect([...again.files.keys()]).toEqual([...packaged.files.keys()]);
    const changed = [...again.files].filter(([file, content]) => !packaged.files.get(file)?.equals(content));
    expect(changed.map(([file]) => file)).toEqual([]);
  });

  test('is not written for arm64, the default, if packages for it cannot be downloaded, and the output names them and the other architecture', () => {
    expect(refusal).toMatch(
      /\[PLATFORM_PACKAGE_UNAVAILABLE\] sharp@0\.35\.5 needs @img\/sharp-\S*linux-arm64@\S+ on linux-arm64/,
    );
    expect(refusal).toMatch(
      /\[PLATFORM_PACKAGE_UNAVAILABLE\] @node-rs\/crc32@1\.10\.8 needs @node-rs\/crc32-linux-arm64-gnu@1\.10\.8/,
    );
    expect(refusal).toMatch(
      /\[NATIVE_CODE_FOR_OTHER_PLATFORM\] bufferutil@4\.1\.0 has native code only for .*'linux-x64'/,
    );
    expect(refusal).toMatch(
      /npm could not download it: (?!Command failed).*network.* Build with access to the registry/,
    );
    expect(
      refusal.match(/or set the architecture of the functions to x86_64 \(--param architecture=x86_64/g),
    ).toHaveLength(3);
    expect(refusal).not.toMatch(/^ +at /m);
  });

  async function run(task: string, args: unknown[] = []): Promise<unknown> {
    const result = await app.sendTask(`nativetasks.tasks.${task}`, args);
    try {
      return await result.get({ timeoutMs: 30_000 });
    } catch (error) {
      throw new Error(`${error}\n${lines.join('\n')}`, { cause: error });
    }
  }
});
