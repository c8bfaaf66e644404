import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { count, displayPath, type Output } from 'girder-worker/internal/cli';
import type { BundleReport } from '../../build/bundle/bundle.ts';
import { bytesOf, largestShare } from '../../build/bundle/pluginShares.ts';
import type { Architecture } from '../../build/packages/platform.ts';
import { updateRegistry } from '../shared/updateRegistry.ts';

export function buildCommand(): Command {
  return new Command('build')
    .description('Write the registry, and bundle the functions for Lambda.')
    .option('--root <folder>', 'folder of the deployment', '.')
    .option(
      '--out-dir <folder>',
      'folder in which the folder dispatcher/ of the bundle is written (default: .build below --root)',
    )
    .addOption(
      new Option('--architecture <name>', 'architecture of the functions, for packages with native code')
        .choices(['x86_64', 'arm64'] satisfies Architecture[])
        .default('x86_64'),
    )
    .addHelpText('after', help)
    .action(async ({ root, outDir, architecture }: BuildCommandOptions, command: Command) => {
      const output = command.configureOutput() as Output;
      const { writeOut, writeErr } = output;
      if (!(await updateRegistry(root, undefined, output))) {
        process.exitCode = 1;
        return;
      }
      const { bundleFunctions } = await import('../../build/bundle/bundle.ts');
      const folder = resolve(outDir ?? resolve(root, '.build'), 'dispatcher');
      const { functionPlatform } = await import('../../build/packages/platform.ts');
      const { BundleError } = await import('../../build/packages/packFaults.ts');
      // The bundle is the same in each folder, and names no folder of this machine.
      const mapsFrom = resolve(realpathSync(root), '.build', 'dispatcher');
      const bundling = bundleFunctions({ root, outDir: folder, mapsFrom, platform: functionPlatform(architecture) });
      const report = await bundling.catch((error: unknown) => {
        if (!(error instanceof BundleError)) throw error;
        writeErr(`${error.message}\n`);
      });
      if (!report) {
        process.exitCode = 1;
        return;
      }
      for (const warning of report.warnings) writeErr(warning);
      for (const { file, eagerBytes } of report.entries) {
        writeOut(`${displayPath(resolve(folder, file))}: ${kilobytes(eagerBytes)} loaded on a cold start\n`);
      }
      for (const line of packLines(report)) writeOut(`${line}\n`);
      const { compressedSize } = await import('../../build/bundle/compressedSize.ts');
      const compressedBytes = await compressedSize(folder);
      for (const line of shareLines(report)) writeOut(`${line}\n`);
      writeOut(`The archive has ${kilobytes(report.unpackedBytes)}, compressed ${kilobytes(compressedBytes)}.\n`);
      writeOut(`Bundled ${kilobytes(report.totalBytes)} in ${Math.round(report.ms)} ms.\n`);
      const tooLarge = directUploadWarning(report, compressedBytes);
      if (tooLarge !== undefined) writeErr(`${tooLarge}\n`);
    });
}

interface BuildCommandOptions {
  readonly root: string;
  readonly outDir?: string;
  readonly architecture: Architecture;
}

/** A line for each package that is packed beside the code, and one for the files of plugins. */
function packLines({ packages, files, fileBytes }: BundleReport): string[] {
  const lines = packages.map(
    ({ id, bytes, files: { length } }) => `Packed ${id}: ${kilobytes(bytes)}, ${count(length, 'file')}`,
  );
  if (files.size > 0) lines.push(`Packed files of plugins: ${kilobytes(fileBytes)}, ${count(files.size, 'file')}`);
  return lines;
}

/** A line for each plugin: what its tasks load when they run for the first time, and what is copied for it. */
function shareLines({ shares }: BundleReport): string[] {
  return shares.map(({ plugin, codeBytes, copiedBytes }) => {
    const copied = copiedBytes > 0 ? `, and ${kilobytes(copiedBytes)} of packages and files are copied for it` : '';
    return `${plugin}: its tasks load ${kilobytes(codeBytes)}${copied}`;
  });
}

/** Lambda's limit for an archive that is not uploaded by S3: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const directUploadBytes = 50 * 1024 * 1024;

function directUploadWarning({ shares }: BundleReport, bytes: number): string | undefined {
  if (bytes <= directUploadBytes) return undefined;
  const largest = largestShare(shares);
  const share = largest ? ` ${largest.plugin} has the largest share: ${kilobytes(bytesOf(largest))} uncompressed.` : '';
  return `Lambda takes archives of more than ${kilobytes(directUploadBytes)} from S3 only, as serverless deploy uploads them; serverless deploy function fails.${share}`;
}

const help = `
The bundle holds the dispatcher (handler.mjs), its worker threads (thread.mjs), remote control (control.mjs), dead letters
(deadLetters.mjs) and chunks that they share. Each task module is a chunk of its own, which is loaded when one of its tasks
runs for the first time. Packages with native code are copied to node_modules/ beside it, compiled for Linux and the
architecture of the functions, and files that tasks read to files/. npx serverless package and deploy run this command.

Examples:
  $ girder-worker build
  gwexample@0.1.0: 2 tasks
  Nothing new in functions/dispatcher/registry.generated.ts: 2 tasks of 1 plugin.
  .build/dispatcher/handler.mjs: 201.3 KB loaded on a cold start
  .build/dispatcher/thread.mjs: 38.2 KB loaded on a cold start
  gwexample@0.1.0: its tasks load 0.9 KB
  The archive has 902.1 KB, compressed 285.4 KB.
  Bundled 352.7 KB in 260 ms.

  $ girder-worker build --root ../deployment --out-dir /tmp/bundle`;

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
