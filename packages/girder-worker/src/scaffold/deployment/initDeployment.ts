import { lstat, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ScaffoldError, type ScaffoldErrorCode } from '../scaffoldError.ts';
import { writePackage } from '../writePackage.ts';
import { deploymentManifest, type Manifest, mergeManifests } from './manifest.ts';
import { gitignore, readme, stackFiles } from './templates.ts';

export interface InitOptions {
  readonly folder: string;
  /** The name of the service and of the package; undefined for that of the existing package.json or of the folder. */
  readonly name: string | undefined;
  /** Whether files that exist are replaced. */
  readonly force: boolean;
  /** The version of girder-worker that the deployment requires. */
  readonly libraryVersion: string;
}

export interface InitializedDeployment {
  readonly name: string;
  readonly files: readonly string[];
}

/** What CloudFormation accepts in the names of a stack, which begin with that of the service. */
const serviceName = /^[A-Za-z][A-Za-z0-9-]{0,99}$/;

/**
 * Writes the files of a deployment into a folder, which is created if it does not exist: all or none. An existing
 * package.json keeps all that it says; a .gitignore and a README.md stay as they are.
 *
 * Rejects with ScaffoldError NAME_INVALID, MANIFEST_INVALID, FILE_EXISTS or FOLDER_NOT_WRITABLE. Nothing was written then.
 */
export async function initDeployment(options: InitOptions): Promise<InitializedDeployment> {
  const folder = resolve(options.folder);
  const existing = await readManifest(folder);
  const name = options.name ?? unscoped(existing?.name) ?? basename(folder);
  if (!serviceName.test(name)) {
    throw fault(
      'NAME_INVALID',
      `"${name}" is no name of a service. It must begin with a letter, and contain letters, digits and hyphens only, at most 100. Give one with --name.`,
    );
  }
  const wanted = deploymentManifest(name, options.libraryVersion);
  const manifest = existing ? mergeManifests(existing, wanted) : wanted;
  const files = new Map([...stackFiles()].map(([path, text]) => [path, withServiceName(path, text, name)]));
  if (!options.force) await refuseExisting(folder, [...files.keys()]);
  files.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  for (const [path, text] of Object.entries({ '.gitignore': gitignore(), 'README.md': readme(name) })) {
    if (!(await exists(join(folder, path)))) files.set(path, text);
  }
  await writePackage(files, folder, { force: true });
  return { name, files: [...files.keys()].sort() };
}

function withServiceName(path: string, text: string, name: string): string {
  return path === 'serverless.yml' ? text.replace(/^service: .*$/m, `service: ${name}`) : text;
}

/** `@acme/images` is the package `images` of a scope; a service has none. */
function unscoped(name: string | undefined): string | undefined {
  return name?.replace(/^@[^/]*\//, '');
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = join(folder, 'package.json');
  if (!(await exists(file))) return undefined;
  try {
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest))
      throw new Error('it is no object');
    return manifest;
  } catch (error) {
    throw fault(
      'MANIFEST_INVALID',
      `"${file}" cannot be read: ${(error as Error).message}. Mend it, or remove it.`,
      error,
    );
  }
}

async function refuseExisting(folder: string, paths: readonly string[]): Promise<void> {
  const found: string[] = [];
  for (const path of paths) if (await exists(join(folder, path))) found.push(path);
  if (found.length === 0) return;
  throw fault(
    'FILE_EXISTS',
    `"${folder}" has ${found.join(', ')} already. Name another folder, or add --force, which replaces these files.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

function fault(code: ScaffoldErrorCode, message: string, cause?: unknown): ScaffoldError {
  return new ScaffoldError([{ code, message }], { cause });
}
