import { resolve } from 'node:path';
import { Command } from 'commander';
import { shown, updateRegistry } from './buildRegistry.ts';

export function buildCommand(): Command {
  return new Command('build')
    .description('Build the registry, and bundle the dispatcher for Lambda.')
    .option('--root <folder>', 'folder of the deployment', '.')
    .option(
      '--out-dir <folder>',
      'where the bundles go, each function in a folder of its name (default: .build below --root)',
    )
    .addHelpText('after', help)
    .action(async ({ root, outDir }: { root: string; outDir?: string }, command: Command) => {
      const output = command.configureOutput();
      const { writeOut, writeErr } = output as Required<typeof output>;
      if (!(await updateRegistry(root, undefined, { writeOut, writeErr }))) {
        process.exitCode = 1;
        return;
      }
      const { bundleFunctions } = await import('../build/bundle/bundle.ts');
      const folder = resolve(outDir ?? resolve(root, '.build'), 'dispatcher');
      const report = await bundleFunctions({ root, outDir: folder });
      for (const warning of report.warnings) writeErr(warning);
      for (const { file, eagerBytes } of report.entries) {
        writeOut(`${shown(resolve(folder, file))}: ${kilobytes(eagerBytes)} loaded on a cold start\n`);
      }
      writeOut(`Bundled ${kilobytes(report.totalBytes)} in ${Math.round(report.ms)} ms.\n`);
    });
}

const help = `
Example:
  $ girder-worker build
  gwexample@0.1.0: 2 tasks
  Nothing new in functions/dispatcher/registry.generated.ts: 2 tasks of 1 plugin.
  .build/dispatcher/handler.mjs: 201.3 KB loaded on a cold start
  .build/dispatcher/thread.mjs: 38.2 KB loaded on a cold start
  Bundled 352.7 KB in 260 ms.`;

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
