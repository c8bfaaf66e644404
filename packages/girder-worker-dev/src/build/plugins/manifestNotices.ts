import { join } from 'node:path';
import { entryPointGroup } from './entryPoint.ts';
import { type InstalledPackage, isRecord, type Manifest } from './manifest.ts';

const entryPointsKey = 'entry_points';

/** Packages of girder-worker itself: they depend on it and are no plugins. */
const ownPackages: ReadonlySet<string> = new Set(['girder-worker-dev', 'create-girder-worker-plugin']);

/**
 * Returns a notice for each probable mistake in the package.json of a dependency by which its tasks would be missing: a
 * misspelt key, or no entry point in a package that depends on girder-worker.
 */
export function manifestNotices(name: string, { manifest, folder }: InstalledPackage): string[] {
  const file = join(folder, 'package.json');
  const misspelt = [...misspeltKeys(manifest, file), ...misspeltGroups(manifest, file)];
  if (misspelt.length > 0 || hasEntryPoints(manifest) || ownPackages.has(name)) return misspelt;
  if (!dependsOnLibrary(manifest)) return [];
  return [
    `${name} depends on girder-worker, but ${file} declares no entry point: if it has tasks, they are not in the registry. Declare its plugin class: "entry_points": { "${entryPointGroup}": ["${name} = ${name}:Plugin"] }.`,
  ];
}

/** Whether the package declares anything in the group of girder-worker. */
export function hasEntryPoints({ entry_points: groups }: Manifest): boolean {
  return isRecord(groups) && groups[entryPointGroup] !== undefined;
}

function misspeltKeys(manifest: Manifest, file: string): string[] {
  const keys = Object.keys(manifest).filter((key) => key !== entryPointsKey && isLike(key, entryPointsKey));
  return keys.map((key) => `${file} has "${key}", which is not read. Did you mean "${entryPointsKey}"?`);
}

function misspeltGroups({ entry_points: groups }: Manifest, file: string): string[] {
  if (!isRecord(groups)) return [];
  const names = Object.keys(groups).filter((group) => group !== entryPointGroup && isLike(group, entryPointGroup));
  return names.map(
    (group) =>
      `${file} has the group "${group}" in "${entryPointsKey}", which is not read. Did you mean "${entryPointGroup}"?`,
  );
}

function dependsOnLibrary(manifest: Manifest): boolean {
  const { dependencies, peerDependencies } = manifest as Readonly<Record<string, unknown>>;
  return [dependencies, peerDependencies].some((listed) => isRecord(listed) && listed['girder-worker'] !== undefined);
}

/** Whether a key is probably a misspelling: the same letters in another style, or two letters are wrong. */
function isLike(key: string, wanted: string): boolean {
  return editDistance(lettersOf(key), lettersOf(wanted)) <= 2;
}

function lettersOf(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z]/g, '');
}

/** How many letters must be added, removed or changed (Levenshtein). */
function editDistance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const change = (previous[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      current.push(Math.min(change, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
