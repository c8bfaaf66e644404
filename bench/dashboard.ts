import { newRecord } from '../packages/girder-worker/src/history/fixtures/records.ts';
import type { RunRecord } from '../packages/girder-worker/src/history/runRecord.ts';
import { createRoutes } from '../packages/girder-worker-dev/src/dashboard/server/routes.ts';
import { createMemoryStack } from '../test/support/dashboardStack.ts';
import { interleave } from './support/rounds.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';

const tasks = 100_000;
const spanMs = 24 * 3600 * 1000;
const states = ['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILURE', 'RETRY', 'REVOKED'] as const;
const tokens = { access: 'access-token', action: 'action-token' };

const requests = {
  'overview of an hour': '/data/overview?minutes=60',
  'overview of a day': '/data/overview?minutes=1440',
  'first page of all tasks': '/data/tasks',
  'text that 1 task has': '/data/tasks?text=item-77777.tiff',
  'text that all tasks have, last page': '/data/tasks?text=bucket&offset=99900',
  'failures by runtime': '/data/tasks?state=FAILURE&sort=runtime&order=desc',
  'one task of a canvas of 1000': '/data/tasks/task-500',
} as const;

export const dashboard: Subject = {
  name: 'dashboard',
  title: `The server of the dashboard with ${tasks.toLocaleString('en')} tasks in its window`,
  async measure({ quick }: BenchOptions): Promise<Findings> {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const stack = createMemoryStack({ maxTasks: tasks });
    const startMs = performance.now();
    for (let first = 0; first < tasks; first += 10)
      stack.window.add([{ key: String(first), appendedMs: 0, records: recordsFrom(first, stack.system.now()) }]);
    const addMs = performance.now() - startMs;
    stack.window.all();
    globalThis.gc?.();
    const heapBytes = process.memoryUsage().heapUsed - before;

    const page = async () => ({ html: '', script: '', style: '', compressedBytes: 0 });
    const routes = createRoutes({ stack, tokens, page, port: () => 80 });
    const headers = { host: '127.0.0.1:80', authorization: `Bearer ${tokens.access}` };
    const timeOf = async (path: string) => {
      const begin = performance.now();
      const response = await routes.request(`http://127.0.0.1:80${path}`, { headers });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
      return { ms: performance.now() - begin };
    };
    const cases = Object.entries(requests).map(([name, path]) => [name, () => timeOf(path)] as const);
    const times = await interleave(quick ? 3 : 15, Object.fromEntries(cases));
    await stack.follower.stop();
    return { figures: [...figuresOf(times), ...windowFigures(addMs, heapBytes)], notes };
  },
};

function recordsFrom(first: number, nowMs: number): RunRecord[] {
  return Array.from({ length: 10 }, (_, offset) => {
    const index = first + offset;
    const receivedMs = nowMs - Math.floor((spanMs * (tasks - index)) / tasks);
    const state = states[index % states.length]!;
    return newRecord({
      ...{ id: `task-${index}`, rootId: `task-${index - (index % 1000)}`, task: `imaging.tiles.task_${index % 40}` },
      ...{ state, receivedMs, startedMs: receivedMs + 5, endedMs: receivedMs + 5 + ((index * 37) % 5000) },
      ...{ args: `('s3://bucket/item-${index}.tiff', ${index % 20})`, kwargs: "{'zoom': 5, 'crs': 'EPSG:3857'}" },
      error: state === 'FAILURE' ? 'ValueError("The tile has 3 bands, expected 4")' : null,
    });
  });
}

function figuresOf(times: Record<string, Record<string, number[]>>): Figure[] {
  return Object.entries(times).map(([name, { ms }]) => ({ name, unit: 'ms per answer', spread: spreadOf(ms!) }));
}

function windowFigures(addMs: number, heapBytes: number): Figure[] {
  return [
    { name: 'window', unit: 'us per task that is added', spread: spreadOf([(addMs * 1000) / tasks]) },
    { name: 'window', unit: 'MB of heap', spread: spreadOf([heapBytes / 1e6]) },
  ];
}

const notes = [
  'An answer includes its JSON. The history is in memory: what DynamoDB takes to read it is not included.',
];
