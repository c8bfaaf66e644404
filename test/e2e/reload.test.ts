import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { createDeployment, type TemporaryFolder } from '../support/deployment.ts';
import { type DevProcess, root, startDevIn } from '../support/devProcess.ts';

let deployment: TemporaryFolder;
let dev: DevProcess;
let app: App;

const greet = (greeting: string) => `
  import { app } from 'girder-worker/app';
  export const greet = app.task(async function greet(name, ms = 0) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return '${greeting}, ' + name;
  });`;

function write(file: string, text: string): void {
  writeFileSync(path.join(deployment.root, 'greeter', file), text);
}

/** A plugin in a folder beside the deployment's node_modules, which is linked there, as npm does it for a workspace. */
beforeAll(async () => {
  deployment = createDeployment([], { missing: ['greeter'] });
  const folder = path.join(deployment.root, 'greeter');
  mkdirSync(folder);
  symlinkSync(path.join(deployment.root, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  symlinkSync(folder, path.join(deployment.root, 'node_modules/greeter'), 'dir');
  const manifest = {
    name: 'greeter',
    version: '1.0.0',
    type: 'module',
    exports: { '.': './index.js', './*': './*.js' },
    entry_points: { girder_worker_plugins: ['greeter = greeter:Greeter'] },
  };
  write('package.json', JSON.stringify(manifest));
  write(
    'index.js',
    `
    import { GirderWorkerPluginABC } from 'girder-worker';
    export class Greeter extends GirderWorkerPluginABC { taskImports() { return ['greeter/tasks']; } }`,
  );
  write('tasks.js', greet('Hello'));
  const cli = path.join(root, 'packages/girder-worker/src/cli/main.ts');
  dev = startDevIn(deployment.root, cli, ['--sqs-port', '0', '--dynamodb-port', '0']);
  await dev.printed('\nready\n');
  const [sqs = '', dynamodb = ''] = dev.endpoints();
  app = new App(
    createTaskClient({
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ AWS_ENDPOINT_URL_SQS: sqs, AWS_ENDPOINT_URL_DYNAMODB: dynamodb },
    }),
  );
}, 120_000);

afterAll(async () => {
  dev?.child.kill('SIGINT');
  await dev?.ended;
  deployment?.[Symbol.dispose]();
});

async function call(...args: unknown[]): Promise<unknown> {
  return (await app.sendTask('greeter.tasks.greet', args)).get({ timeoutMs: 30_000 });
}

test('a change of a task is used after it is reloaded, and a running task ends in the code that it started with', async () => {
  expect(await call('Ada')).toBe('Hello, Ada');
  const running = await app.sendTask('greeter.tasks.greet', ['Grace', 5000]);
  await dev.printed(`greeter.tasks.greet[${running.id}] received`);
  write('tasks.js', greet('Good day'));
  await dev.printed('s: greeter/tasks.js changed');
  expect(dev.text()).toMatch(/^Reloaded in \d+\.\d s: greeter\/tasks\.js changed$/m);
  expect(await call('Ada')).toBe('Good day, Ada');
  expect(await running.get({ timeoutMs: 30_000 })).toBe('Hello, Grace');
});

test('a fault is printed, and the tasks run as before until it is mended', async () => {
  write('tasks.js', `${greet('Nobody')} this is no JavaScript`);
  await dev.printed('Not reloaded, although greeter/tasks.js changed');
  expect(dev.text()).toContain('[TASK_MODULE_FAILED]');
  expect(await call('Ada')).toBe('Good day, Ada');
  write('tasks.js', greet('Mended'));
  await expect.poll(() => call('Ada')).toBe('Mended, Ada');
});

test('a file that the bundle does not have yet is watched after a fault in it', async () => {
  write('more.js', 'export const name = ;');
  write('tasks.js', `import { name } from './more.js';\n${greet('Renamed')}\nexport { name };`);
  await expect.poll(() => dev.text().match(/Not reloaded/g)?.length).toBe(2);
  write('more.js', "export const name = 'more';");
  await expect.poll(() => call('Ada')).toBe('Renamed, Ada');
});

test('a task that is added is in the registry', async () => {
  write(
    'tasks.js',
    `${greet('Mended')}
    export const added = app.task(function added() { return 'new'; });`,
  );
  await expect
    .poll(async () => (await app.sendTask('greeter.tasks.added')).get({ timeoutMs: 30_000 }).catch(() => undefined))
    .toBe('new');
});
