import { startWorkerProcess, type WorkerProcess } from './workerProcess.ts';

/** A running `girder-worker dashboard`, and a client of it that knows its token. */
export interface DashboardProcess extends WorkerProcess {
  /** The address that it has printed. */
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
}

export async function startDashboardProcess(env: NodeJS.ProcessEnv, ...args: string[]): Promise<DashboardProcess> {
  const process = startWorkerProcess(env, 'dashboard', '--port', '0', ...args);
  await process.printed('Ctrl-C ends it.');
  const url = /^Dashboard: (http:\S+)$/m.exec(process.text())![1]!;
  const { origin, searchParams } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  const answered = async <T>(path: string, init: RequestInit): Promise<T> => {
    const response = await fetch(`${origin}${path}`, { ...init, headers });
    return (await response.json()) as T;
  };
  return {
    ...process,
    url,
    get: (path) => answered(path, {}),
    post: (path, body) => answered(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}
