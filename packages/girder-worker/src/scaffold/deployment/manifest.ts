/** The parts of a package.json that a deployment needs. */
export interface Manifest {
  readonly name?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The versions of what a deployment needs besides girder-worker: those with which this repository is tested. */
export const deploymentVersions = {
  '@aws-lambda-powertools/logger': '^2.36.0',
  '@aws-lambda-powertools/metrics': '^2.36.0',
  '@middy/core': '^7.9.2',
  osls: '^4.3.1',
} as const;

/** Returns the package.json of a deployment. `libraryVersion` is the version of girder-worker. */
export function deploymentManifest(name: string, libraryVersion: string): Manifest {
  const { osls, ...functions } = deploymentVersions;
  return {
    name,
    private: true,
    type: 'module',
    // The registry is TypeScript, which Node.js runs since this version.
    engines: { node: '>=22.18' },
    scripts: {
      dev: 'girder-worker dev',
      'build-registry': 'girder-worker build-registry',
      build: 'girder-worker build',
      deploy: 'serverless deploy',
    },
    dependencies: { ...functions, 'girder-worker': `^${libraryVersion}` },
    devDependencies: { 'girder-worker-dev': `^${libraryVersion}`, osls },
  };
}

/**
 * Adds to a package.json what a deployment needs. What the package.json says already stays, also a script or a version that
 * differs.
 */
export function mergeManifests(existing: Manifest, wanted: Manifest): Manifest {
  const { name = wanted.name, ...rest } = existing;
  // npm init writes a test that fails; it is kept, as any other script.
  return {
    ...(name !== undefined && { name }),
    ...rest,
    private: existing.private ?? true,
    type: 'module',
    engines: { ...wanted.engines, ...existing.engines },
    scripts: { ...wanted.scripts, ...existing.scripts },
    dependencies: { ...wanted.dependencies, ...existing.dependencies },
    devDependencies: withoutThoseOf(existing.dependencies, { ...wanted.devDependencies, ...existing.devDependencies }),
  };
}

function withoutThoseOf(
  dependencies: Readonly<Record<string, string>> = {},
  devDependencies: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(devDependencies).filter(([name]) => !(name in dependencies)));
}
