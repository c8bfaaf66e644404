// Builds the package that is published: `node scripts/build-packages.mjs [folder]`, then `npm publish <folder>`.
// The folder (default: packages/girder-worker/dist) receives JavaScript and declarations in lib/, compiled from the
// TypeScript in src/, and a package.json that is derived from that of the library.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const library = path.join(root, 'packages/girder-worker');
const dist = path.resolve(process.argv[2] ?? path.join(library, 'dist'));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
compile();
writeManifest();
for (const file of ['README.md', 'LICENSE']) copyFileSync(path.join(root, file), path.join(dist, file));
process.stdout.write(`The package is in ${path.relative(process.cwd(), dist) || '.'}\n`);

/** Compiles src/ to lib/. Both have the same depth, so that paths relative to a module stay valid. */
function compile() {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const project = path.join(import.meta.dirname, 'publish.tsconfig.json');
  const { status } = spawnSync(process.execPath, [tsc, '--project', project, '--outDir', path.join(dist, 'lib')], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(1);
  // The compiler rewrites `./x.ts` to `./x.js` in code, but not in declarations.
  for (const file of globSync('lib/**/*.d.ts', { cwd: dist })) {
    const declarations = readFileSync(path.join(dist, file), 'utf8');
    const specifier = /\b((?:from|import)\s*\(?\s*(['"])\.{1,2}\/[^'"]*)\.ts\2/g;
    writeFileSync(path.join(dist, file), declarations.replaceAll(specifier, '$1.js$2'));
  }
}

function writeManifest() {
  const {
    private: _,
    scripts,
    devDependencies,
    ...manifest
  } = JSON.parse(readFileSync(path.join(library, 'package.json'), 'utf8'));
  const published = {
    ...manifest,
    bin: mapValues(manifest.bin, compiled),
    exports: mapValues(manifest.exports, (target) =>
      isSource(target) ? { types: compiled(target, '.d.ts'), default: compiled(target) } : target,
    ),
  };
  writeFileSync(path.join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  for (const program of Object.values(published.bin)) chmodSync(path.join(dist, program), 0o755);
}

function isSource(target) {
  return /^(\.\/)?src\/.*\.ts$/.test(target);
}

/** Converts `./src/x.ts` to `./lib/x.js`. Throws for any other path: it would not exist in the published package. */
function compiled(source, extension = '.js') {
  if (!isSource(source))
    throw new Error(`package.json of the library names "${source}", which is not a TypeScript file in src/`);
  return source.replace('src/', 'lib/').replace(/\.ts$/, extension);
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
