/** Returns the package.json that is published: its paths name lib/, and it lacks what only the workspace needs. */
export function publishedManifest({ scripts: _, devDependencies: __, private: ___, ...manifest }) {
  return {
    ...manifest,
    ...(manifest.bin && { bin: mapValues(manifest.bin, (target) => compiled(target)) }),
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
