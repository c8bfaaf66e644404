import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const json = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));

/** The installed packages that have an install script, which would run with the rights of the developer, and why each is here. */
const installScripts = {
  'classic-level': { runs: false, why: 'stores the tables of the emulator dynalite; has prebuilt addons' },
  'es5-ext': { runs: false, why: 'a dependency of osls; the script prints a text' },
  esbuild: { runs: true, why: 'the build; the script checks the binary of the platform' },
  node: { runs: true, why: 'the version of Node.js that package.json names; the script places its binary' },
};

test('the packages with install scripts are those of the list', () => {
  const packages: Record<string, { readonly hasInstallScript?: true }> = json('package-lock.json').packages;
  const names = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(new Set(names)).toEqual(new Set(Object.keys(installScripts)));
});

test('package.json allows the install scripts that are needed, and no others', () => {
  const needed = Object.entries(installScripts).filter(([, { runs }]) => runs);
  expect(json('package.json').allowScripts).toEqual(Object.fromEntries(needed.map(([name]) => [name, true])));
});

test('each package is pinned by a version and a hash, and by no host: npm takes the registry that is configured', () => {
  const packages: Record<string, { link?: true; resolved?: string; integrity?: string; version?: string }> =
    json('package-lock.json').packages;
  const installed = Object.entries(packages).filter(([place, { link }]) => place.includes('node_modules/') && !link);
  const loose = installed.filter(
    ([, { resolved, integrity, version }]) => resolved !== undefined || !integrity?.startsWith('sha512-') || !version,
  );
  expect(loose.map(([place]) => place)).toEqual([]);
});
