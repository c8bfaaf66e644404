import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../support/cacheFolder.ts';
import { mavenJars } from '../../support/mavenJars.ts';
import { makeVenv } from '../pythonVenv.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The tested releases of Girder: the newest ones of the series that are in use. */
export const girderVersions = ['5.0.21', '3.2.18'] as const;
export type GirderVersion = (typeof girderVersions)[number];

/** The packages of Girder, of its jobs and of Girder Worker. Their versions, and all others, are in `constraints-girder-<version>.txt`. */
const packages: Readonly<Record<GirderVersion, readonly string[]>> = {
  '5.0.21': ['girder==5.0.21', 'girder-jobs', 'girder-worker', 'girder-plugin-worker'],
  // Its plugins are found with pkg_resources, which newer versions of setuptools do not have.
  '3.2.18': ['girder==3.2.18', 'girder-jobs', 'girder-worker[girder]', 'setuptools<81'],
};

export interface GirderInstallation {
  /** The Python executable of the virtual environment. */
  readonly python: string;
  /** The folder with the jars of the database. */
  readonly jars: string;
}

/**
 * Resolves to an installation of Girder and of its database. The first call creates it with pip and Maven, outside the
 * repository. Several processes may call it at the same time.
 *
 * Needs Python, Java and Maven (`requireGirder`) and, for the first call, PyPI and Maven Central. Rejects with an Error with
 * their output.
 */
export async function girderInstallation(version: GirderVersion): Promise<GirderInstallation> {
  const [python, jars] = await Promise.all([
    girderVenv(version),
    mavenJars('girder-mongo', path.join(here, 'mongo/pom.xml')),
  ]);
  return { python, jars };
}

async function girderVenv(version: GirderVersion): Promise<string> {
  const constraints = path.join(here, `constraints-girder-${version}.txt`);
  const requested = [...packages[version], 'celery', 'kombu[sqs]', 'boto3', 'pymongo'];
  const digest = createHash('sha256')
    .update(await readFile(constraints))
    .update(requested.join(' '))
    .digest('hex')
    .slice(0, 12);
  return makeVenv(path.join(cacheFolder(), `girder-${version}-${digest}`), ['--constraint', constraints, ...requested]);
}
