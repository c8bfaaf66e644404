import { execFile } from 'node:child_process';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GirderServer } from '../packages/girder-worker/src/girder/fixtures/girderServer.ts';
import { createGirderStack } from '../packages/girder-worker/src/girder/fixtures/girderStack.ts';
import { GirderFileId, GirderUploadToFolder } from '../packages/girder-worker/src/girder/index.ts';
import { encode } from '../packages/girder-worker/src/message/encode.ts';
import { nodeSystem } from '../packages/girder-worker/src/system/nodeSystem.ts';
import { JobStatus } from '../packages/girder-worker/src/task/girder/jobStatus.ts';
import type { Task } from '../packages/girder-worker/src/task/task.ts';
import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { bundleDeployment } from './support/deployment.ts';
import { table } from './support/function.ts';
import { startGirderFiles } from './support/girderFiles.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Findings, Subject } from './support/subject.ts';

const run = promisify(execFile);
const invoke = fileURLToPath(new URL('./fixtures/invoke.mjs', import.meta.url));
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
        'Memory is the largest resident set size of a function with 128 MB that transfers one file, from its cold start on.',
        'The job is polled once a second. A revoke over SNS, or one in the result table, arrives earlier: see revocation.',
      ],
    };
  },
};

/** Transfers a file in a function with 128 MB, in a new process each time. */
async function measureTransfers(sizeBytes: number, rounds: number) {
  const server = await startGirderFiles(sizeBytes);
  const emulators = await startEmulators();
  await createResultTable(emulators.dynamodbEndpoint, table);
  using deployment = await bundleDeployment();
  const folder = await mkdtemp(join(tmpdir(), 'girder-worker-bench-'));
  const local = join(folder, 'local');
  await truncate(await open(local, 'w'), sizeBytes);
  const headers = { girder_api_url: server.apiUrl, girder_client_token: 'token' };
  const messages = {
    download: { task: 'benchtasks.length', args: [new GirderFileId('file')], headers },
    upload: {
      task: 'benchtasks.echo',
      args: [local],
      headers: { ...headers, girder_result_hooks: [new GirderUploadToFolder('folder')] },
    },
  };
  const env = isolatedVariables(process.env, {
    ...stackVariables(emulators, table),
    GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: 'http://unused',
    GIRDER_WORKER_LOG_FORMAT: 'text',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    GIRDER_WORKER_API_URL: server.apiUrl,
    TMPDIR: folder,
  });
  const measure = async (direction: keyof typeof messages) => {
    const body = encode({ id: crypto.randomUUID(), ...messages[direction] });
    const { stdout } = await run(process.execPath, [invoke, deployment.handlerFile, body], { env });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as { readonly seconds: number; readonly mib: number };
  };
  const downloads = [];
  const uploads = [];
  for (let round = 0; round < rounds; round++) {
    downloads.push(await measure('download'));
    uploads.push(await measure('upload'));
  }
  await emulators.stop();
  server.stop();
  await rm(folder, { recursive: true });
  return [
    { direction: 'download', results: downloads },
    { direction: 'upload', results: uploads },
  ];
}

async function truncate(file: FileHandle, sizeBytes: number): Promise<void> {
  await file.truncate(sizeBytes);
  await file.close();
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
