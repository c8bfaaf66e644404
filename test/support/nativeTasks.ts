import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmPackages } from './npmPackages.ts';

const fixture = fileURLToPath(new URL('../fixtures/plugins/nativetasks', import.meta.url));

/** The packages that the plugin `nativetasks` uses: with platform packages (sharp, @node-rs), and with prebuilt addons. */
export const nativeVersions = { sharp: '0.35.5', '@node-rs/crc32': '1.10.8', bufferutil: '4.1.0' };

/** A WebAssembly module with the function `add` for two integers. */
const addModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0],
  ...[7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11],
);

/**
 * Adds the plugin `nativetasks` and the packages that it uses to a deployment: the plugin as a workspace, outside of
 * `node_modules`, because Node.js does not run TypeScript there.
 */
export async function addNativeTasks(root: string): Promise<void> {
  const plugin = join(root, 'workspaces/nativetasks');
  cpSync(fixture, plugin, { recursive: true });
  writeFileSync(join(plugin, 'src/add.wasm'), addModule);
  link(plugin, join(root, 'node_modules/nativetasks'));
  const packages = await npmPackages(nativeVersions);
  for (const name of Object.keys(nativeVersions)) link(join(packages, name), join(root, 'node_modules', name));
}

/** The names of the packages in a folder `node_modules`. */
export function packageNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
    );
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'dir');
}
