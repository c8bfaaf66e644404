import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { seededRandom } from '../../packages/girder-worker/src/system/seededRandom.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { sendCanvasLoad } from '../support/canvasLoad.ts';
import { faults } from '../support/faulty-proxy/faults.ts';
import { unexpectedResults } from '../support/finalResults.ts';
import { outageLines, unexpectedLines } from '../support/outageLines.ts';
import { type ProxiedStack, queuesOfProxiedStack, startProxiedStack } from '../support/proxiedStack.ts';
import { type DynamodbLocal, dynamodbLocal, requireJava } from '../support/requirements.ts';
import { readRuns, repeatedWithoutDeath } from '../support/taskRuns.ts';

/** Another seed by GIRDER_WORKER_TEST_SEED; a failed test names its own. */
const seed = Number(process.env.GIRDER_WORKER_TEST_SEED ?? 15);
const runsOfEach = 150;
const faultyShare = 0.1;
const noOtherTable = async (): Promise<DynamodbLocal | undefined> => undefined;

describe.each([
  ['the embedded emulator', noOtherTable, true],
  ['DynamoDB Local, which writes several items in one request', dynamodbLocal, requireJava()],
] as const)('while a tenth of the requests to SQS and to %s fails in some way', (_, startTable, isMet) => {
  let table: DynamodbLocal | undefined;
  let proxied: ProxiedStack;
  beforeAll(async () => {
    if (!isMet) return;
    table = await startTable();
    const dynamodbEndpoint = table && { dynamodbEndpoint: table.endpoint };
    proxied = await startProxiedStack({ seed, timeoutSeconds: 20, ...dynamodbEndpoint });
  });
  afterAll(async () => {
    await proxied?.stop();
    await table?.stop();
  });

  test.skipIf(!isMet)(
    'all tasks with canvas end as expected, none runs twice, and few lines say so',
    { timeout: 180_000 },
    async () => {
      const { stack, proxies } = proxied;
      await using worker = await proxied.startWorker('--lease', '15', '-c', '3');
      const names = Object.keys(faults);
      proxied.setFaults(Object.fromEntries(names.map((name) => [name, faultyShare / names.length])));
      onTestFinished(() => proxied.setFaults({}));
      const app = new App(createTaskClient(stack.env));
      const random = seededRandom(seed);
      const loads = [];
      for (const queue of queuesOfProxiedStack)
        loads.push(await sendCanvasLoad(app, { queue, runs: runsOfEach, random }));
      const store = connectStore(loadConnections(stack.env).backend);
      const results = loads.flatMap((load) => load.results);
      expect(await unexpectedResults(store, results, { timeoutMs: 120_000 })).toEqual([]);
      proxied.setFaults({});
      await expect.poll(proxied.depths, { timeout: 60_000, interval: 500 }).toEqual([0, 0, 0, 0]);
      const runs = readRuns(proxied.runsFile);
      expect(repeatedWithoutDeath(runs, new Set())).toEqual([]);
      expect(runs).toHaveLength(loads.reduce((sum, load) => sum + load.runs, 0));

      const requests = Object.values(proxies).flatMap((proxy) => proxy.requests);
      const met = Object.groupBy(requests, ({ fault }) => fault ?? 'none');
      const counts = Object.entries(met).map(([name, { length }]) => `${name} ${length}`);
      console.log(`${requests.length} requests: ${counts.join(', ')}`);
      expect(new Set(Object.keys(met))).toEqual(new Set(['none', ...names]));

      // The SDK makes nearly all of these requests again; what it gives up becomes a line when it begins and one when it is over.
      const lines = [...stack.lines, ...worker.text().split('\n')];
      const isUndeleted = (line: string) => /^DELETE_FAILED: |was not deleted, and will be delivered again/.test(line);
      expect(unexpectedLines(lines).filter((line) => !isUndeleted(line))).toEqual([]);
      expect(outageLines(lines).length).toBeLessThan((requests.length - met.none!.length) / 2);
      console.log(outageLines(lines).join('\n'));
    },
  );
});
