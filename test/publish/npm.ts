import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../support/cacheFolder.ts';

/** Installing packages downloads their dependencies, unless the cache has them. */
export const installTimeout = 600_000;

/** Runs a program. Resolves to its output; rejects with all that it has printed if it fails. */
export async function run(
  cwd: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  try {
    const variables = { ...process.env, FORCE_COLOR: '0', ...env };
    return (await promisify(execFile)(program, args, { cwd, env: variables })).stdout;
  } catch (error) {
    const { message, stdout } = error as { message: string; stdout?: string };
    throw new Error(`${message}\n${stdout ?? ''}`);
  }
}

/** Runs npm with a cache that other runs of the tests share. */
export function npm(cwd: string, ...args: string[]): Promise<string> {
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--cache', path.join(cacheFolder(), 'npm')];
  return run(cwd, 'npm', [...flags, ...args]);
}
