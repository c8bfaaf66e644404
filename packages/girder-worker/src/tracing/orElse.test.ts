import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import { createClientTraces } from './clientTraces.ts';
import { registerProvider } from './fixtures/spans.ts';
import { createRunTraces } from './runTraces.ts';
import { createTracedRun } from './tracedRun.ts';

const traced = registerProvider();
const { api } = traced;
beforeEach(() => {
  vi.restoreAllMocks();
  traced.reset();
});
afterAll(traced.unregister);

const broken = () => {
  throw new Error('broken');
};
const messages = [{ task: 'p.next', id: 'n', headers: { 'x-own': 'kept' } }];
const message = () => decode(encode({ task: 'p.task', id: 'id' }));

test.each([
  ['inject', () => vi.spyOn(api.propagation, 'inject').mockImplementation(broken)],
  ['extract', () => vi.spyOn(api.propagation, 'extract').mockImplementation(broken)],
  ['setSpan', () => vi.spyOn(api.trace, 'setSpan').mockImplementation(broken)],
])('what follows a task is published although `%s` throws', async (_, breakIt) => {
  breakIt();
  const traces = createRunTraces({ api, system: { now: () => 0 } });
  const [published] = await traces.beforePublish(messages, await message());
  expect(published).toMatchObject(messages[0]!);
});

test('a retry is sent with its own headers although a propagator throws', async () => {
  const traces = createRunTraces({ api, system: { now: () => 0 } });
  const run = { message: await message(), entry: undefined, logFields: {} } as never;
  vi.spyOn(api.propagation, 'inject').mockImplementation(broken);
  await traces.events.started?.(Object.assign(run, { delivery: { queueArn: '', receiveCount: 1, sizeBytes: 1 } }));
  expect(traces.retryHeaders((run as { message: Awaited<ReturnType<typeof message>> }).message)).toEqual({});
});

test('a client sends although a propagator throws', async () => {
  vi.spyOn(api.propagation, 'inject').mockImplementation(broken);
  const published: unknown[] = [];
  await createClientTraces(api)(messages, async (all) => void published.push(...all));
  expect(published).toEqual(messages);
});

test('a task ends with its own outcome although the flush of its provider throws', async () => {
  vi.spyOn(traced.provider, 'forceFlush').mockImplementation(broken);
  const plain = {
    span: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
    ...{ traceState: undefined, isRecording: true, baggage: [] },
  };
  const runtime = { request: async () => plain, notify: () => undefined, system: { now: () => 0, random: () => 0 } };
  const run = createTracedRun({ api, waitsForExport: true });
  expect(await run(runtime as never, async () => 'done')).toBe('done');
});
