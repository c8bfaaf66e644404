import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { seededRandom } from '../../packages/girder-worker/src/system/seededRandom.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { sendCanvasLoad } from '../support/canvasLoad.ts';
import { unexpectedResults } from '../support/finalResults.ts';
import { countOutages, outageLines, unexpectedLines } from '../support/outageLines.ts';
import { type ProxiedStack, queuesOfProxiedStack, startProxiedStack } from '../support/proxiedStack.ts';
import { readRuns, repeatedWithoutDeath } from '../support/taskRuns.ts';

const seed = 16;
const runsOfEach = 300;
const workerConcurrency = 3;
/** The tasks that can run at the same time: those of the worker, and those of two invocations with batches of ten. */
const concurrency = workerConcurrency + 2 * 10;

let proxied: ProxiedStack;
beforeAll(async () => {
  proxied = await startProxiedStack({ seed, timeoutSeconds: 20 });
});
afterAll(() => proxied?.stop());

describe.each([
  ['SQS and DynamoDB are', 60, ['sqs', 'dynamodb']],
  ['DynamoDB alone is', 20, ['dynamodb']],
] as const)('while %s away for %i seconds', (_, seconds, services) => {
  test('no task is lost, few lines say so, and the services are asked seldom', { timeout: 240_000 }, async () => {
    const { stack, proxies } = proxied;
    await using worker = await proxied.startWorker('--lease', '15', '-c', String(workerConcurrency));
    const app = new App(createTaskClient(stack.env));
    const random = seededRandom(seed + seconds);
    const loads = [];
    for (const queue of queuesOfProxiedStack)
      loads.push(await sendCanvasLoad(app, { queue, runs: runsOfEach, random }));
    const [linesBefore, runsBefore] = [stack.lines.length, readRuns(proxied.runsFile).length];

    const beginMs = performance.now();
    for (const name of services) proxies[name].setFaults({ reset: 1 });
    await sleep(seconds * 1000);
    const endMs = performance.now();
    for (const name of services) proxies[name].setFaults({});

    const store = connectStore(loadConnections(stack.env).backend);
    const results = loads.flatMap((load) => load.results);
    expect(await unexpectedResults(store, results, { timeoutMs: 120_000 })).toEqual([]);
    console.log(`All results are final ${Math.round((performance.now() - endMs) / 1000)} s after the outage`);
    await expect.poll(proxied.depths, { timeout: 60_000, interval: 500 }).toEqual([0, 0, 0, 0]);

    // A task runs again only if its outcome could not be stored in the rest of its invocation, or of its claim.
    const runs = readRuns(proxied.runsFile).slice(runsBefore);
    expect(repeatedWithoutDeath(runs, new Set()).length).toBeLessThanOrEqual(concurrency);

    const seen = services.flatMap((name) => proxies[name].requests.filter(({ fault }) => fault));
    const rateFrom = (fromMs: number) => seen.filter(({ atMs }) => atMs >= fromMs).length / ((endMs - fromMs) / 1000);
    const [rate, lastRate] = [rateFrom(beginMs), rateFrom(endMs - 10_000)];
    console.log(`${rate.toFixed(1)} requests/s during the outage, ${lastRate.toFixed(1)}/s in its last ten seconds`);
    expect(rate).toBeLessThan(concurrency * 20); // Each task tries again for a while, with five attempts of the SDK each time.
    expect(lastRate).toBeLessThan(concurrency * 6);

    const ofWorker = () => worker.text().split('\n');
    const ofFunction = () => stack.lines.slice(linesBefore);
    const isAway = (services as readonly string[]).includes('sqs') ? 1 : 0;
    // The event source mappings of the tasks, of undelivered messages and of remote control, one of which waits 20 s for an answer.
    const mappings = { begun: 3 * isAway, ended: 3 * isAway };
    await expect.poll(() => countOutages(ofFunction(), 'mapping'), { timeout: 30_000 }).toEqual(mappings);
    expect(countOutages(ofWorker(), 'consumer')).toEqual({ begun: isAway, ended: isAway });
    expect(countOutages(ofWorker(), 'deliveries')).toEqual({ begun: 1, ended: 1 });
    // Each of the two environments of the function has a log of its own, and one may have no message afterwards.
    const { begun, ended } = countOutages(ofFunction(), 'deliveries');
    expect([1, 2]).toContain(begun);
    expect(ended).toBeLessThanOrEqual(begun);
    // The messages of tasks and invocations that ended when it began, which were not deleted any more.
    const others = unexpectedLines([...ofFunction(), ...ofWorker()]);
    const isUndeleted = (line: string) => /^DELETE_FAILED: |was not deleted, and will be delivered again/.test(line);
    expect(others.filter((line) => !isUndeleted(line))).toEqual([]);
    expect(others.length).toBeLessThanOrEqual(10);
    expect(outageLines([...ofFunction(), ...ofWorker()]).length).toBeLessThanOrEqual(30);
  });
});
