import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { createDeployment, type TemporaryFolder } from '../support/deployment.ts';

/** A plugin with `exports`, and one without: the tasks of both have the same local name. */
const plugin = (name: string, exports: object | undefined) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({
    name,
    version: '1.0.0',
    type: 'module',
    main: './index.js',
    exports,
    entry_points: { girder_worker_plugins: [`${name} = ${name}:Plugin`] },
    peerDependencies: { 'girder-worker': '>=0.1.0' },
  }),
  [`node_modules/${name}/index.js`]: "export * from './tasks.js';\n",
  [`node_modules/${name}/tasks.js`]: `import { app } from 'girder-worker/app';
export const add = app.task(function add(x, y) { return y === 0 ? x : add(x + 1, y - 1); });
export const arrow = app.task((x) => x);
export const fixed = app.task({ name: '${name}.fixed' }, function add(x) { return x; });
`,
});

/** A client that prints a report. */
const program = `
import { add as first, arrow, fixed } from 'first-plugin/tasks';
import { add as second } from 'second-plugin/tasks.js';
import { again } from './again.js';
import { app } from 'girder-worker/app';

const tasks = { first, arrow, fixed, second, again };
const attempt = (read) => { try { return read(); } catch (error) { return error.code ?? error.stack; } };
const look = () => Object.fromEntries(Object.entries(tasks).flatMap(([key, task]) => [
  [key, attempt(() => task.name)],
  [key + '.s', attempt(() => task.s().toJSON().task)],
]));
const report = { inPlace: first(1, 2), loading: look() };
async function main() {
  await new Promise(setImmediate);
  report.loaded = look();
  if (process.env.GIRDER_WORKER_BROKER) {
    report.sent = await first.delay(1, 2).then(() => 'sent', (error) => error.code ?? error.stack);
    await fixed.delay(1);
    await app.sendTask('first_plugin.tasks.add', [1, 2]);
  }
  console.log(JSON.stringify(report));
}
main();
export { first, second };
`;

/** A client that imports the type of a task. */
const typed = `import type { add } from 'first-plugin/tasks';
import { app } from 'girder-worker/app';
await app.sendTask<typeof add>('first_plugin.tasks.add', [1, 2]);
`;

const again = "export { add as again } from 'first-plugin/tasks';\n";

/** The folder of a client, which has installed two plugins. */
export function createClientFolder(manifest: object): TemporaryFolder {
  return createDeployment([], {
    files: {
      'package.json': JSON.stringify({ private: true, type: 'module', ...manifest }),
      'main.js': program,
      'again.js': again,
      'typed.ts': typed,
      ...plugin('first-plugin', { '.': './index.js', './tasks': './tasks.js' }),
      ...plugin('second-plugin', undefined),
    },
  });
}

/** Bundles the client with esbuild. Resolves to the path of the bundle. */
export async function bundleWithEsbuild(root: string, options: BuildOptions): Promise<string> {
  const extension = options.format === 'cjs' ? '.cjs' : '.js';
  await esbuild({
    ...{ absWorkingDir: root, entryPoints: ['main.js', 'again.js'], bundle: true, platform: 'node', format: 'esm' },
    ...{ outdir: 'dist', outExtension: { '.js': extension }, logLevel: 'silent' },
    // As in every bundle of ES modules with CommonJS dependencies.
    ...(options.format !== 'cjs' && {
      banner: {
        js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
      },
    }),
    ...options,
  });
  return join(root, 'dist', `main${extension}`);
}

/** Bundles the client with Vite for Node.js; by default, Vite leaves out what is in node_modules. Resolves to the path of the bundle. */
export async function bundleWithVite(root: string, ssr: { readonly noExternal?: true }): Promise<string> {
  await vite({
    ...{ root, ssr, configFile: false, logLevel: 'silent' },
    build: { ssr: 'main.js', outDir: 'dist', minify: true },
  });
  return join(root, 'dist', 'main.js');
}

/** What a client has found: names of tasks, codes of errors, or stacks of errors without a code. */
export interface Report {
  /** The result of `add(1, 2)` in place. */
  readonly inPlace: number;
  /** The names while the modules of the client are loading, and afterwards. */
  readonly loading: Readonly<Record<string, string>>;
  readonly loaded: Readonly<Record<string, string>>;
  /** Only with a broker: whether a task was sent. */
  readonly sent?: string;
}

/** Runs a client. Resolves to its report. */
export async function report(file: string, env: NodeJS.ProcessEnv = {}): Promise<Report> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
  return JSON.parse(stdout);
}
