import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import { elfAddon } from '../../../../../test/support/taskDeployment.ts';
import { platformOfFile } from './nativeFile.ts';
import { functionPlatform, hostPlatform, isForPlatform, platformOfName, platformText, runsOn } from './platform.ts';

const x64 = functionPlatform('x86_64');

// Names of packages in the npm registry.
test.each([
  ['@img/sharp-linux-x64', 'linux-x64'],
  ['@img/sharp-libvips-linuxmusl-arm64', 'linux-arm64-musl'],
  ['@node-rs/crc32-linux-x64-gnu', 'linux-x64'],
  ['@node-rs/crc32-linux-arm-gnueabihf', 'linux-arm'],
  ['@node-rs/crc32-win32-x64-msvc', 'win32-x64'],
  ['@esbuild/linux-arm64', 'linux-arm64'],
  ['@parcel/watcher-linux-x64-glibc', 'linux-x64'],
  ['sass-embedded-linux-musl-x64', 'linux-x64-musl'],
  ['@rollup/rollup-darwin-arm64', 'darwin-arm64'],
  ['@node-rs/crc32-darwin-universal', 'darwin-any'],
  ['@img/sharp-wasm32', undefined],
  ['fsevents', undefined],
  ['linux-release-info', undefined],
])('the name %s stands for the platform %s', (name, text) => {
  const platform = platformOfName(name);
  expect(platform && platformText(platform)).toBe(text);
});

test.each([
  [{ os: ['linux'], cpu: ['x64'] }, true],
  [{ os: ['linux'], cpu: ['x64'], libc: ['glibc'] }, true],
  [{ os: ['linux'], cpu: ['x64'], libc: ['musl'] }, false],
  [{ os: ['linux'], cpu: ['arm64'] }, false],
  [{ os: ['!win32'] }, true],
  [{ os: ['!linux'] }, false],
  [{ os: ['darwin', 'linux'] }, true],
  [{ cpu: 'x64' }, true],
  [{}, true],
])('npm installs a package with the fields %j on linux-x64 with glibc: %s', (fields, isInstalled) => {
  expect(isForPlatform(fields, x64)).toBe(isInstalled);
});

test.each([
  ['an ELF file for x64', 'a.node', elfAddon(62), 'linux-x64'],
  ['an ELF file for arm64', 'a.node', elfAddon(183), 'linux-arm64'],
  ['an ELF file that needs musl', 'a.node', elfAddon(62, '…libc.musl-x86_64.so.1…'), 'linux-x64-musl'],
  ['an ELF file for another processor', 'a.so', elfAddon(8), 'linux-elf-machine-8'],
  ['a Mach-O file for arm64', 'a.node', Buffer.from('cffaedfe0c000001', 'hex'), 'darwin-arm64'],
  ['a Mach-O file for several processors', 'a.node', Buffer.from('cafebabe00000002', 'hex'), 'darwin-any'],
  ['a Portable Executable for x64', 'a.node', portableExecutable(0x8664), 'win32-x64'],
  ['a class file of Java', 'a.node', Buffer.from('cafebabe00000034', 'hex'), undefined],
  ['a text', 'a.node', Buffer.from('module.exports'), undefined],
  ['an empty file', 'a.node', Buffer.alloc(0), undefined],
])('%s is compiled for its platform, as its header says', (_, name, content, text) => {
  using folder = createTemporaryFolder();
  const file = join(folder.root, name);
  writeFileSync(file, content);
  const platform = platformOfFile(file);
  expect(platform && platformText(platform)).toBe(text);
});

test('the program that runs this test is compiled for the platform of this machine', () => {
  expect(runsOn(platformOfFile(process.execPath)!, hostPlatform())).toBe(true);
});

function portableExecutable(machine: number): Buffer {
  const file = Buffer.alloc(0x90);
  file.write('MZ');
  file.writeUInt32LE(0x80, 0x3c);
  file.write('PE\0\0', 0x80);
  file.writeUInt16LE(machine, 0x84);
  return file;
}
