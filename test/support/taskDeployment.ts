import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createDeployment, type TemporaryFolder } from './deployment.ts';

export interface TaskDeploymentContent {
  /** The source of the module `plugin/src/tasks.ts`, which exports functions. */
  readonly tasks: string;
  /** Further fields of the plugin's package.json. */
  readonly manifest?: object;
  /** Further files by their path in the deployment. The plugin is the folder `plugin`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The source of the handler. @default one that prints the result of the task whose name is its argument */
  readonly handler?: string;
}

const runTask = `
  import { registry } from './registry.generated.ts';
  const task = await registry.tasks.load();
  console.log(JSON.stringify(await task[process.argv[2]]()));`;

/** Creates a deployment with one plugin, a workspace with TypeScript sources, and the handler that runs its functions. */
export function createTaskDeployment({
  tasks,
  manifest,
  files = {},
  handler = runTask,
}: TaskDeploymentContent): TemporaryFolder {
  const deployment = createDeployment([], {
    missing: ['plugin'],
    files: {
      'functions/dispatcher/handler.ts': handler,
      'functions/dispatcher/thread.ts': 'export {};',
      'functions/control/handler.ts': 'export {};',
      'functions/dead-letters/handler.ts': 'export {};',
      'functions/dispatcher/registry.generated.ts': `export const registry = { tasks: { load: () => import('plugin/tasks') } };`,
    },
  });
  const plugin = {
    name: 'plugin',
    version: '1.0.0',
    type: 'module',
    exports: { './tasks': './src/tasks.ts' },
    ...manifest,
  };
  const all = { 'plugin/package.json': JSON.stringify(plugin), 'plugin/src/tasks.ts': tasks, ...files };
  for (const [path, content] of Object.entries(all)) {
    const file = join(deployment.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  symlinkSync(join(deployment.root, 'plugin'), join(deployment.root, 'node_modules/plugin'), 'dir');
  return deployment;
}

/** Runs a function of the tasks in a bundle. Resolves to what it returns; rejects with an Error with its output if it fails. */
export async function runBundled(bundle: string, task: string): Promise<unknown> {
  const args = ['--enable-source-maps', join(bundle, 'handler.mjs'), task];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: '/' });
  return JSON.parse(stdout);
}

/** The first bytes of an addon that is compiled for Linux and this processor: 62 is x64, 183 is arm64. */
export function elfAddon(machine: number, text = ''): Uint8Array {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, Buffer.from(text)]);
}
