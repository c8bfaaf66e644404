import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { Platform } from './platform.ts';

const headerBytes = 4096;

/** Returns whether the name of a file says that it is native code: an addon, a shared library or a program for Windows. */
export function isNativeName(file: string): boolean {
  return /\.(?:node|so|dylib|dll|exe)$|\.so\.[\d.]+$/i.test(basename(file));
}

/**
 * Returns the platform for which a file was compiled, read from its header (ELF, Mach-O, Portable Executable), whatever its
 * name says. Returns undefined if the file is not native code. Only for addons, finds out the C library of Linux.
 */
export function platformOfFile(file: string): Platform | undefined {
  const header = readHeader(file);
  return elf(header, file) ?? machO(header) ?? portableExecutable(header);
}

function elf(header: Buffer, file: string): Platform | undefined {
  if (header.length < 20 || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const machine = header[5] === 2 ? header.readUInt16BE(18) : header.readUInt16LE(18);
  const cpu = elfMachines[machine] ?? `elf-machine-${machine}`;
  if (!file.endsWith('.node')) return { os: 'linux', cpu };
  // The name of the library that the addon needs, such as libc.musl-x86_64.so.1.
  return { os: 'linux', cpu, libc: readFileSync(file).includes('libc.musl-') ? 'musl' : 'glibc' };
}

const elfMachines: Readonly<Record<number, string>> = {
  ...{ 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 21: 'ppc64', 22: 's390x', 243: 'riscv64', 258: 'loong64' },
};

function machO(header: Buffer): Platform | undefined {
  if (header.length < 8) return undefined;
  const magic = header.readUInt32BE(0);
  // A binary for several processors. Class files of Java begin with the same four bytes, but with a larger number after it.
  if (magic === 0xcafebabe && header.readUInt32BE(4) < 20) return { os: 'darwin', cpu: 'any' };
  if (magic !== 0xcffaedfe && magic !== 0xcefaedfe) return undefined;
  const type = header.readUInt32LE(4);
  return { os: 'darwin', cpu: type === 0x0100000c ? 'arm64' : type === 0x01000007 ? 'x64' : `mach-cpu-${type}` };
}

function portableExecutable(header: Buffer): Platform | undefined {
  if (header.length < 64 || header.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = header.readUInt32LE(60);
  const machine =
    at + 6 <= header.length && header.toString('latin1', at, at + 2) === 'PE' ? header.readUInt16LE(at + 4) : 0;
  return { os: 'win32', cpu: { 34404: 'x64', 43620: 'arm64', 332: 'ia32' }[machine] ?? `pe-machine-${machine}` };
}

function readHeader(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(headerBytes);
    return header.subarray(0, readSync(descriptor, header, 0, headerBytes, 0));
  } finally {
    closeSync(descriptor);
  }
}
