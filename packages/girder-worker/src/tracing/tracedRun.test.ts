import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TaskRuntime } from '../task/task.ts';
import { registerProvider } from './fixtures/spans.ts';
import type { PlainContext } from './runContext.ts';
import { createTracedRun } from './tracedRun.ts';

const traced = registerProvider();
const { api } = traced;
beforeEach(() => traced.reset());
afterAll(() => {
  traced.unregister();
  vi.restoreAllMocks();
});

const plain: PlainContext = {
  span: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
  ...{ traceState: undefined, isRecording: true, baggage: [] },
};

/** Runs `code` as a task whose main thread answers with `answer`. */
function run<T>(code: () => Promise<T>, answer: () => Promise<unknown> = async () => plain, waitsForExport = true) {
  const changes: unknown[] = [];
  const runtime = {
    system: { now: () => 1, random: () => 0 },
    request: answer,
    notify: (name: string, payload: unknown) => void changes.push([name, payload]),
  };
  const tracedRun = createTracedRun({ api, waitsForExport });
  return { changes, value: tracedRun(runtime as unknown as TaskRuntime, code) };
}

describe('the code of a task', () => {
  test('has the span of its run as the active span, also after it has waited', async () => {
    const { value, changes } = run(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      api.trace.getActiveSpan()?.setAttribute('size', 3);
      api.trace.getTracer('user').startSpan('query').end();
      return 'done';
    });
    expect(await value).toBe('done');
    expect(traced.span('query').parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(changes).toEqual([['traceChange', { kind: 'attributes', attributes: { size: 3 } }]]);
  });

  test.each([
    ['does not handle the request', () => Promise.reject(new Error('unknown'))],
    ['has no trace', async () => undefined],
  ])('runs without a span if the main thread %s', async (_, answer) => {
    const { value } = run(async () => api.trace.getActiveSpan() ?? 'none', answer);
    expect(await value).toBe('none');
  });

  test('throws what it throws', async () => {
    await expect(run(() => Promise.reject(new Error('boom'))).value).rejects.toThrow('boom');
  });

  test('has ended in a function when its spans are exported, and in a worker before', async () => {
    const exporting = Promise.withResolvers<void>();
    vi.spyOn(traced.provider, 'forceFlush').mockReturnValue(exporting.promise);
    let hasEnded = false;
    const waiting = run(async () => 1).value.then(() => {
      hasEnded = true;
    });
    expect(await run(async () => 2, undefined, false).value).toBe(2);
    expect(hasEnded).toBe(false);
    exporting.resolve();
    await waiting;
  });

  test('has ended after a second, although its spans are not exported', async () => {
    vi.spyOn(traced.provider, 'forceFlush').mockReturnValue(new Promise(() => undefined));
    const startMs = performance.now();
    expect(await run(async () => 1).value).toBe(1);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  test('has ended with its own outcome, although its spans cannot be exported', async () => {
    vi.spyOn(traced.provider, 'forceFlush').mockRejectedValue(new Error('no collector'));
    expect(await run(async () => 1).value).toBe(1);
  });
});
