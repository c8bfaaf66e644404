import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { GirderServer } from '../packages/girder-worker/src/girder/fixtures/girderServer.ts';
import { createGirderStack } from '../packages/girder-worker/src/girder/fixtures/girderStack.ts';
import { nodeSystem } from '../packages/girder-worker/src/system/nodeSystem.ts';
import { JobStatus } from '../packages/girder-worker/src/task/girder/jobStatus.ts';
import type { Task } from '../packages/girder-worker/src/task/task.ts';
import { startGirderFiles } from './support/girderFiles.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Findings, Subject } from './support/subject.ts';

const run = promisify(execFile);
const transfer = fileURLToPath(new URL('./fixtures/transfer.ts', import.meta.url));
const gibibyte = 1024 ** 3;

export const girder: Subject = {
  name: 'girder',
  title: 'Girder: files of 1 GiB, and the latency from a cancelled job to this.canceled',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const sizeBytes = quick ? gibibyte / 8 : gibibyte;
    const transfers = await measureTransfers(sizeBytes, quick ? 1 : 5);
    const latencies = await measureLatencies(quick ? 5 : 40);
    return {
      figures: [
        ...transfers.flatMap(({ direction, results }) => [
          {
            name: `${direction}, memory`,
            unit: 'MiB',
            spread: spreadOf(results.map(({ mib }) => mib)),
            target: '<= 128',
          },
          {
            name: `${direction}, speed`,
            unit: 'MiB/s',
            spread: spreadOf(results.map(({ seconds }) => sizeBytes / 1024 ** 2 / seconds)),
          },
        ]),
        { name: 'cancelled job to this.canceled', unit: 'ms', spread: spreadOf(latencies) },
      ],
      notes: [
        'Memory is the largest resident set size of a process that transfers one file and does nothing else.',
        'The job is polled once a second. A revoke over SNS, or one in the result table, arrives earlier: see revocation.',
      ],
    };
  },
};

async function measureTransfers(sizeBytes: number, rounds: number) {
  const server = await startGirderFiles(sizeBytes);
  const folder = await mkdtemp(join(tmpdir(), 'girder-worker-bench-'));
  const path = join(folder, 'file');
  // As in the function: Node's own removal of types would need 40 MiB.
  const program = join(folder, 'transfer.mjs');
  await build({ entryPoints: [transfer], bundle: true, platform: 'node', format: 'esm', outfile: program });
  const env = { ...process.env, GIRDER_WORKER_API_URL: server.apiUrl };
  const measure = async (direction: string) => {
    const { stdout } = await run(process.execPath, [program, direction, path], { env });
    return JSON.parse(stdout) as { readonly seconds: number; readonly mib: number };
  };
  const downloads = [];
  const uploads = [];
  for (let round = 0; round < rounds; round++) {
    downloads.push(await measure('download'));
    uploads.push(await measure('upload'));
  }
  server.stop();
  await rm(folder, { recursive: true });
  return [
    { direction: 'download', results: downloads },
    { direction: 'upload', results: uploads },
  ];
}

/** The jobs are cancelled at times that are spread over the second between two polls. */
async function measureLatencies(count: number): Promise<number[]> {
  const server = await GirderServer.start();
  const { app, register, deliver } = createGirderStack(server.apiUrl, { revocationPeriodMs: 250 });
  const latencies: number[] = [];
  let canceledMs = 0;
  const task = app.task({ name: 'bench.waits' }, async function waits(this: Task) {
    while (!this.canceled) await nodeSystem.sleep(1);
    latencies.push(performance.now() - canceledMs);
  });
  register(task);
  for (let index = 0; index < count; index++) {
    const id = server.addJob();
    const job = server.jobs.get(id)!;
    const delivered = deliver({ task: 'bench.waits', id, headers: { jobInfoSpec: server.jobInfoSpec(id) } });
    while (job.status !== JobStatus.RUNNING) await nodeSystem.sleep(1);
    await nodeSystem.sleep(100 + (index / count) * 1000);
    job.status = JobStatus.CANCELING;
    canceledMs = performance.now();
    await delivered;
  }
  await server.stop();
  return latencies;
}
