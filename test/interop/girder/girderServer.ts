import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServerProcess } from '../../support/serverProcess.ts';
import { GirderApi } from './girderApi.ts';
import { type GirderVersion, girderInstallation } from './girderInstallation.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

export interface GirderOptions {
  readonly version: GirderVersion;
  /** The URLs of broker and backend, as Celery in Python reads them. */
  readonly broker: string;
  readonly backend: string;
  /** More environment variables of Girder: those of AWS, for example. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A running Girder with an empty database, an administrator and an assetstore. */
export interface GirderServer {
  readonly version: GirderVersion;
  /** `http://127.0.0.1:<port>/api/v1` */
  readonly apiUrl: string;
  /** A token of the administrator with all rights. */
  readonly adminToken: string;
  /** The REST API with the token of the administrator. */
  readonly api: GirderApi;
  /** Girder's log. */
  log(): string;
  /** Ends Girder and its database, and deletes all data. */
  stop(): Promise<void>;
}

/**
 * Starts Girder and its database on free ports of 127.0.0.1. Both end at the latest with this process, even if this process
 * is killed. `worker.api_url` is the URL of Girder itself until `setApiUrl` changes it.
 *
 * Needs `requireGirder`. Rejects with an Error with the output of what did not start.
 */
export async function startGirder({ version, broker, backend, env = {} }: GirderOptions): Promise<GirderServer> {
  const { python, jars } = await girderInstallation(version);
  const home = await mkdtemp(path.join(tmpdir(), 'girder-worker-girder-'));
  const started: ServerProcess[] = [];
  const stop = async () => {
    // Girder before its database.
    for (const server of started.toReversed()) await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    const database = await startServerProcess('java', [
      ...['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', path.join(jars, '*')],
      path.join(here, 'mongo/LoopbackMongo.java'),
    ]);
    started.push(database);
    const uri = `mongodb://127.0.0.1:${database.port}/girder`;
    const girder = await startServerProcess(python, ['-u', path.join(here, 'python/serve.py'), uri], {
      env: { ...isolated(home), ...env, GIRDER_WORKER_BROKER: broker, GIRDER_WORKER_BACKEND: backend },
      cwd: home,
    });
    started.push(girder);
    const apiUrl = `http://127.0.0.1:${girder.port}/api/v1`;
    const api = await setUp(apiUrl, path.join(home, 'assetstore'));
    await api.setSetting('worker.api_url', apiUrl);
    if (version.startsWith('3.')) {
      await api.setSetting('worker.broker', broker);
      await api.setSetting('worker.backend', backend);
    }
    return { version, apiUrl, adminToken: api.token, api, log: () => girder.log(), stop };
  } catch (error) {
    const logs = started.map((server) => server.log()).join('\n');
    await stop();
    throw new Error(`Girder ${version} did not start:\n${logs}`, { cause: error });
  }
}

/** Variables of a process that reads no settings of the user, and stores nothing outside of its folder. */
function isolated(home: string): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return {
    ...{ PATH, HOME: home, TMPDIR: home },
    PYTHONPATH: path.join(here, 'python'),
    PYTHONDONTWRITEBYTECODE: '1',
    // Girder 5 publishes notifications for browsers on Redis, by default on that of this machine. Port 1 refuses connections.
    GIRDER_NOTIFICATION_REDIS_URL: 'redis://127.0.0.1:1',
  };
}

/** Creates the administrator and the assetstore. */
async function setUp(apiUrl: string, assetstore: string): Promise<GirderApi> {
  const password = 'password123';
  const user = { login: 'admin', email: 'admin@example.com', firstName: 'Ada', lastName: 'Admin', password };
  const anonymous = new GirderApi(apiUrl, '');
  await anonymous.request('POST', 'user', user); // The first user is an administrator.
  const basic = Buffer.from(`${user.login}:${password}`).toString('base64');
  const { authToken } = (await anonymous.request('GET', 'user/authentication', undefined, {
    headers: { authorization: `Basic ${basic}` },
  })) as { authToken: { token: string } };
  const api = new GirderApi(apiUrl, authToken.token);
  await api.request('POST', 'assetstore', { name: 'files', type: 0, root: assetstore });
  return api;
}
