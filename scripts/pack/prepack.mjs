// npm runs it before it packs the package in the working directory: `npm pack` or `npm publish` in the folder of a package or
// a plugin of this repository. It compiles the TypeScript in src/ to JavaScript and declarations in lib/, and derives the
// package.json that is published from that of the sources, whose exports name src/. postpack.mjs undoes all of it.
// Arguments are files and folders of the repository that the package has in lib/deployment/.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { publishedManifest } from './publishedManifest.mjs';
import { copies, manifestBackup, unpack } from './unpack.mjs';

const repository = path.join(import.meta.dirname, '../..');

unpack(); // npm may have been killed while it packed.
const manifest = readFileSync('package.json', 'utf8');
const published = publishedManifest(JSON.parse(manifest));
compile();
for (const program of Object.values(published.bin ?? {})) chmodSync(program, 0o755);
for (const file of copies) if (!existsSync(file)) copyFileSync(path.join(repository, file), file);
for (const file of process.argv.slice(2)) {
  cpSync(path.join(repository, file), path.join('lib/deployment', file), { recursive: true });
}
// Last, so that nothing has to be undone where the compiler finds an error.
writeFileSync(manifestBackup, manifest);
writeFileSync('package.json', `${JSON.stringify(published, null, 2)}\n`);

/** Compiles src/ to lib/. Both have the same depth, so that paths relative to a module stay valid. */
function compile() {
  rmSync('lib', { recursive: true, force: true });
  const project = {
    extends: path.join(import.meta.dirname, 'tsconfig.json'),
    compilerOptions: {
      rootDir: path.resolve('src'),
      outDir: path.resolve('lib'),
      typeRoots: [path.join(repository, 'node_modules/@types')],
    },
    include: [path.resolve('src')],
    exclude: ['test.ts', 'fixture.ts'].map((end) => path.resolve(`**/*.${end}`)).concat(path.resolve('**/fixtures')),
  };
  const file = path.resolve('tsconfig.pack.json');
  writeFileSync(file, JSON.stringify(project));
  const tsc = path.join(repository, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--project', file], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  rmSync(file);
  if (status !== 0) process.exit(1);
  // The compiler rewrites `./x.ts` to `./x.js` in code, but not in declarations.
  for (const name of globSync('lib/**/*.d.ts')) {
    const declarations = readFileSync(name, 'utf8');
    const specifier = /\b((?:from|import)\s*\(?\s*(['"])\.{1,2}\/[^'"]*)\.ts\2/g;
    writeFileSync(name, declarations.replaceAll(specifier, '$1.js$2'));
  }
}
