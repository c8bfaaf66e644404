import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url));

/**
 * Checks the types of a packed package for ES modules and bundlers. CommonJS and Node.js 10 are left out. Resolves to the
 * report of the problems; empty if there is none.
 */
export function typeProblems(tarball: string): Promise<string> {
  const flags = ['--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'];
  return new Promise((resolve) => {
    execFile(process.execPath, [program, path.resolve(tarball), ...flags], (error, stdout, stderr) =>
      resolve(error ? stdout + stderr : ''),
    );
  });
}
