import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../plugins/manifest.ts';
import type { Package } from './installedPackage.ts';
import { listFiles } from './packageFiles.ts';
import type { PackFault } from './packFaults.ts';

/** The settings of a plugin in its package.json: `"girder_worker": { "external": […], "files": […] }`. */
export interface PluginSettings {
  /** Names of packages that are packed beside the bundle instead of being a part of it. */
  readonly external: readonly string[];
  /** Files of the plugin that are packed, relative to its folder, with `/` between the parts. Sorted. */
  readonly files: readonly string[];
}

const settingsKey = 'girder_worker';
const lists = ['external', 'files'] as const;

/** Reads the settings of a plugin. Adds a fault for each setting that is not understood, and for each pattern without a file. */
export function readPluginSettings(plugin: Package, faults: PackFault[]): PluginSettings {
  for (const key of Object.keys(plugin.fields).filter(isMisspelt)) {
    faults.push({ code: 'SETTING_UNKNOWN', plugin: plugin.id, key, known: [settingsKey] });
  }
  const settings = plugin.fields[settingsKey] ?? {};
  if (!isRecord(settings)) {
    faults.push(malformed(plugin, settingsKey, settings, 'an object with the lists "external" and "files"'));
    return { external: [], files: [] };
  }
  for (const key of Object.keys(settings).filter((name) => !(lists as readonly string[]).includes(name))) {
    const known = lists.map((name) => `${settingsKey}.${name}`);
    faults.push({ code: 'SETTING_UNKNOWN', plugin: plugin.id, key: `${settingsKey}.${key}`, known });
  }
  const [external, patterns] = lists.map((key) => readList(plugin, settings, key, faults)) as [string[], string[]];
  return { external, files: [...new Set(patterns.flatMap((pattern) => matches(plugin, pattern, faults)))].sort() };
}

/** Whether a key of a package.json is the key of the settings, but for its case and its separators. */
function isMisspelt(key: string): boolean {
  return key !== settingsKey && /^girder[-_ ]?workers?$/i.test(key);
}

function readList(
  plugin: Package,
  settings: Readonly<Record<string, unknown>>,
  key: string,
  faults: PackFault[],
): string[] {
  const value = settings[key] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) return value;
  const example = key === 'external' ? '["sharp"]' : '["data/**"]';
  faults.push(malformed(plugin, `${settingsKey}.${key}`, value, `a list of texts, such as ${example}`));
  return [];
}

function malformed({ id }: Package, key: string, value: unknown, must: string): PackFault {
  return { code: 'SETTING_MALFORMED', plugin: id, key, value: JSON.stringify(value), must };
}

/** Returns the files of a plugin that a pattern names: itself, or all files of the folders that it names. */
function matches(plugin: Package, pattern: string, faults: PackFault[]): string[] {
  if (/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(pattern)) {
    const must = 'a list of patterns relative to the folder of the plugin, without ".."';
    faults.push(malformed(plugin, `${settingsKey}.files`, pattern, must));
    return [];
  }
  const found = globSync(pattern, {
    cwd: plugin.folder,
    exclude: (name) => name.split(/[/\\]/).includes('node_modules'),
  });
  const files = found.flatMap((path) => {
    const relative = path.replaceAll('\\', '/');
    if (!statSync(join(plugin.folder, path)).isDirectory()) return [relative];
    return listFiles(join(plugin.folder, path)).map((file) =>
      relative === '.' ? file : `${relative.replace(/\/$/, '')}/${file}`,
    );
  });
  if (files.length === 0) faults.push({ code: 'FILES_NOT_FOUND', plugin: plugin.id, pattern });
  return files;
}
