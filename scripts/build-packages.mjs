// Builds the packages that are published: `node scripts/build-packages.mjs [folder]`, then `npm publish <its folder>`.
// Each package receives a folder, packages/<name>/dist or <folder>/<name>, with JavaScript and declarations in lib/,
// compiled from the TypeScript in src/, and a package.json that is derived from that of its sources.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const outFolder = process.argv[2];

for (const name of ['girder-worker', 'create-girder-worker-plugin']) {
  const source = path.join(root, 'packages', name);
  buildPackage(source, outFolder === undefined ? path.join(source, 'dist') : path.resolve(outFolder, name));
}

function buildPackage(source, dist) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const manifest = publishedManifest(JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')));
  compile(source, dist, manifest.exports !== undefined);
  writeFileSync(path.join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const program of Object.values(manifest.bin)) chmodSync(path.join(dist, program), 0o755);
  const readme = path.join(source, 'README.md');
  copyFileSync(existsSync(readme) ? readme : path.join(root, 'README.md'), path.join(dist, 'README.md'));
  copyFileSync(path.join(root, 'LICENSE'), path.join(dist, 'LICENSE'));
  process.stdout.write(`${manifest.name} is in ${path.relative(process.cwd(), dist) || '.'}\n`);
}

/** Compiles src/ to lib/. Both have the same depth, so that paths relative to a module stay valid. */
function compile(source, dist, withDeclarations) {
  const project = {
    extends: path.join(import.meta.dirname, 'publish.tsconfig.json'),
    compilerOptions: {
      rootDir: path.join(source, 'src'),
      outDir: path.join(dist, 'lib'),
      typeRoots: [path.join(root, 'node_modules/@types')],
      // A program without declarations is compiled file by file. `npm run lint` checks its types.
      ...(withDeclarations ? { declaration: true } : { noResolve: true, noCheck: true }),
    },
    include: [path.join(source, 'src')],
    exclude: ['test.ts', 'fixture.ts']
      .map((end) => path.join(source, `**/*.${end}`))
      .concat(path.join(source, '**/fixtures')),
  };
  const file = path.join(dist, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(project));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--project', file], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(1);
  rmSync(file);
  // The compiler rewrites `./x.ts` to `./x.js` in code, but not in declarations.
  for (const file of globSync('lib/**/*.d.ts', { cwd: dist })) {
    const declarations = readFileSync(path.join(dist, file), 'utf8');
    const specifier = /\b((?:from|import)\s*\(?\s*(['"])\.{1,2}\/[^'"]*)\.ts\2/g;
    writeFileSync(path.join(dist, file), declarations.replaceAll(specifier, '$1.js$2'));
  }
}

/** The package.json that is published, without what only the workspace needs. */
function publishedManifest({ private: _, scripts, devDependencies, ...manifest }) {
  return {
    ...manifest,
    bin: mapValues(manifest.bin, (target) => compiled(target)),
    ...(manifest.sideEffects && { sideEffects: manifest.sideEffects.map((glob) => glob.replace('/src/', '/lib/')) }),
    ...(manifest.exports && {
      exports: mapValues(manifest.exports, (target) =>
        isSource(target) ? { types: compiled(target, '.d.ts'), default: compiled(target) } : target,
      ),
    }),
  };
}

function isSource(target) {
  return /^(\.\/)?src\/.*\.ts$/.test(target);
}

/** Converts `./src/x.ts` to `./lib/x.js`. Throws for any other path: it would not exist in the published package. */
function compiled(source, extension = '.js') {
  if (!isSource(source)) throw new Error(`A package.json names "${source}", which is not a TypeScript file in src/`);
  return source.replace('src/', 'lib/').replace(/\.ts$/, extension);
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
