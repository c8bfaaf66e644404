import type { PluginAnswers } from '../answers/answers.ts';

/** The versions of a plugin's tools: those with which this repository is tested. */
export const toolVersions = { '@types/node': '^24.0.0', typescript: '^7.0.0' } as const;

/** package.json. `libraryVersion` is the version of girder-worker. */
export function packageJson(
  { name, description, author, license, className }: PluginAnswers,
  libraryVersion: string,
): string {
  const manifest = {
    name,
    version: '0.1.0',
    description,
    ...(author !== '' && { author }),
    license,
    keywords: ['girder-worker', 'girder-worker-plugin', 'celery'],
    type: 'module',
    engines: { node: '>=22.18' },
    exports: {
      '.': { types: './lib/index.d.ts', default: './lib/index.js' },
      './tasks': { types: './lib/tasks.d.ts', default: './lib/tasks.js' },
      './package.json': './package.json',
    },
    files: ['lib'],
    entry_points: { girder_worker_plugins: [`${entryPointName(name)} = ${name}:${className}`] },
    scripts: {
      build: 'tsc',
      // npm runs it after `npm install` in this folder, and before it packs, publishes or copies the package.
      prepare: 'npm run build',
      pretest: 'npm run build',
      test: 'tsc --project test && node --test "test/**/*.test.ts"',
    },
    peerDependencies: { 'girder-worker': `>=${libraryVersion}` },
    devDependencies: {
      '@types/node': toolVersions['@types/node'],
      'girder-worker': `^${libraryVersion}`,
      typescript: toolVersions.typescript,
    },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The name of the entry point: `image_tools` for `@acme/image-tools`. */
function entryPointName(name: string): string {
  return name.slice(name.indexOf('/') + 1).replaceAll(/[-.]/g, '_');
}
