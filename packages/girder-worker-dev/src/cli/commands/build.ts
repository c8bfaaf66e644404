import { resolve } from 'node:path';
import { Command } from 'commander';
import { displayPath, type Output } from 'girder-worker/internal/cli';
import { updateRegistry } from '../shared/updateRegistry.ts';

export function buildCommand(): Command {
  return new Command('build')
    .description('Write the registry, and bundle the functions for Lambda.')
    .option('--root <folder>', 'folder of the deployment', '.')
    .option(
      '--out-dir <folder>',
      'folder in which the folder dispatcher/ of the bundle is written (default: .build below --root)',
    )
    .addHelpText('after', help)
    .action(async ({ root, outDir }: { root: string; outDir?: string }, command: Command) => {
      const output = command.configureOutput() as Output;
      const { writeOut, writeErr } = output;
      if (!(await updateRegistry(root, undefined, output))) {
        process.exitCode = 1;
        return;
      }
      const { bundleFunctions } = await import('../../build/bundle/bundle.ts');
      const folder = resolve(outDir ?? resolve(root, '.build'), 'dispatcher');
      const report = await bundleFunctions({ root, outDir: folder });
      for (const warning of report.warnings) writeErr(warning);
      for (const { file, eagerBytes } of report.entries) {
        writeOut(`${displayPath(resolve(folder, file))}: ${kilobytes(eagerBytes)} loaded on a cold start\n`);
      }
      writeOut(`Bundled ${kilobytes(report.totalBytes)} in ${Math.round(report.ms)} ms.\n`);
    });
}

const help = `
The bundle holds the dispatcher (handler.mjs), its worker threads (thread.mjs), remote control (control.mjs) and chunks
that they share. Each task module is a chunk of its own, which is loaded when one of its tasks runs for the first time.
npx serverless package and deploy run this command.

Examples:
  $ girder-worker build
  gwexample@0.1.0: 2 tasks
  Nothing new in functions/dispatcher/registry.generated.ts: 2 tasks of 1 plugin.
  .build/dispatcher/handler.mjs: 201.3 KB loaded on a cold start
  .build/dispatcher/thread.mjs: 38.2 KB loaded on a cold start
  Bundled 352.7 KB in 260 ms.

  $ girder-worker build --root ../deployment --out-dir /tmp/bundle`;

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
