import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registryFile } from 'girder-worker/internal/task';
import { type BundleReport, bundleFunctions } from '../../packages/girder-worker-dev/src/build/bundle/bundle.ts';
import { hostPlatform } from '../../packages/girder-worker-dev/src/build/packages/platform.ts';
import { buildRegistry } from '../../packages/girder-worker-dev/src/build/registry/buildRegistry.ts';
import { writeRegistry } from '../../packages/girder-worker-dev/src/build/registry/registryFile.ts';
import { createDeployment } from '../../test/support/deployment.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface BundledDeployment extends Disposable {
  readonly handlerFile: string;
  readonly report: BundleReport;
}

/**
 * Bundles the dispatcher of this repository with the benchmark's tasks and with `furtherTasks` tasks of a further plugin, ten
 * in each module, which are not called.
 */
export async function bundleDeployment(furtherTasks = 0): Promise<BundledDeployment> {
  const further = furtherTasks > 0 ? manyTasks(furtherTasks) : {};
  const plugins = furtherTasks > 0 ? ['benchtasks', 'manytasks'] : ['benchtasks'];
  const deployment = createDeployment([], { missing: plugins, files: further });
  const { root } = deployment;
  symlinkSync(join(repository, 'bench/benchtasks'), join(root, 'node_modules/benchtasks'), 'dir');

  await writeRegistry(join(root, registryFile), (await buildRegistry({ root })).text);
  const outDir = join(root, '.build');
  const report = await bundleFunctions({ root, outDir, platform: hostPlatform() });
  return { handlerFile: join(outDir, 'handler.mjs'), report, [Symbol.dispose]: () => deployment[Symbol.dispose]() };
}

/** Returns the files of a plugin with `count` tasks, by their path in the deployment. */
function manyTasks(count: number): Record<string, string> {
  const modules = Math.ceil(count / 10);
  const names = Array.from({ length: modules }, (_, index) => `module${index}`);
  const manifest = {
    name: 'manytasks',
    version: '1.0.0',
    type: 'module',
    exports: { '.': './index.js', './*': './*.js' },
    entry_points: { girder_worker_plugins: ['manytasks = manytasks:ManyPlugin'] },
  };
  const plugin = `import { GirderWorkerPluginABC } from 'girder-worker';
export class ManyPlugin extends GirderWorkerPluginABC {
  taskImports() { return ${JSON.stringify(names.map((name) => `manytasks/${name}`))}; }
}`;
  const files = names.map((name, index): [string, string] => {
    const tasks = Array.from(
      { length: Math.min(10, count - index * 10) },
      (_, place) =>
        `export const task${place} = app.task(function task${place}(image, factor) { return [image, factor]; });`,
    );
    return [`${name}.js`, [`import { app } from 'girder-worker/app';`, ...tasks].join('\n')];
  });
  const all = { 'package.json': JSON.stringify(manifest), 'index.js': plugin, ...Object.fromEntries(files) };
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [`node_modules/manytasks/${name}`, text]));
}
