import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import { requirePackage } from './installedPackage.ts';
import { type NativeKind, nativeKindOf } from './nativePackage.ts';

type Files = Readonly<Record<string, string>>;

const forLinux = { optionalDependencies: { 'lib-linux-x64': '1', 'lib-darwin-arm64': '1' } };
const forLinuxByName = { optionalDependencies: { '@lib/one-linuxmusl-x64': '1' } };

test.each<[what: string, kind: NativeKind | undefined, manifest: object, files: Files]>([
  ['an addon', 'compiled', {}, { 'build/Release/lib.node': '' }],
  ['a shared library with a version', 'compiled', {}, { 'vendor/lib.so.4.2': '' }],
  ['a binding.gyp', 'compiled', {}, { 'binding.gyp': '{}' }],
  ['prebuilt addons', 'compiled', {}, { 'prebuilds/linux-x64/lib.node': '' }],
  ['the field gypfile', 'compiled', { gypfile: true }, {}],
  ['the field napi', 'compiled', { napi: { binaryName: 'lib' } }, {}],
  ['the field binary', 'compiled', { binary: { module_name: 'lib' } }, {}],
  ['a script that compiles it', 'compiled', { scripts: { install: 'node-gyp rebuild' } }, {}],
  ['a script that downloads its addon', 'compiled', { scripts: { install: 'prebuild-install || exit 1' } }, {}],
  [
    'a package for Linux that is installed',
    'platformPackages',
    forLinux,
    { 'node_modules/lib-linux-x64/package.json': '{ "os": ["linux"] }' },
  ],
  ['a package for Linux that is not installed', 'platformPackages', forLinuxByName, {}],
  [
    'a module that names its WebAssembly',
    'webAssembly',
    {},
    { 'lib_bg.wasm': '', 'dist/lib.cjs': 'read("lib_bg.wasm")' },
  ],
  ['nothing of this', undefined, {}, { 'index.js': '' }],
  ['WebAssembly that no module names', undefined, {}, { 'lib.wasm': '', 'index.js': 'atob("AGFzbQ")' }],
  ['another install script', undefined, { scripts: { postinstall: 'husky', build: 'node-gyp rebuild' } }, {}],
  ['an optional dependency for macOS', undefined, { optionalDependencies: { fsevents: '2' } }, {}],
  ['native code only in its dependencies', undefined, {}, { 'node_modules/other/lib.node': '' }],
  ['a field binary that is no object', undefined, { binary: './cli.js' }, {}],
])('a package with %s is of the kind %s', (_, kind, manifest, files) => {
  using folder = createTemporaryFolder();
  const all = { 'package.json': JSON.stringify({ name: 'lib', version: '1.0.0', ...manifest }), ...files };
  for (const [path, content] of Object.entries(all)) {
    const file = join(folder.root, 'node_modules/lib', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  expect(nativeKindOf(requirePackage('lib', folder.root))).toBe(kind);
});
