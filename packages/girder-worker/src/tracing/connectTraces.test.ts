import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConnections } from '../connections/connections.ts';
import type { Log } from '../events/log.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { connectTraces, withTraces } from './connectTraces.ts';
import { registerProvider } from './fixtures/spans.ts';

let lines: string[];
let log: Log;
let traced: ReturnType<typeof registerProvider>;
beforeEach(() => {
  lines = [];
  const line = (text: string) => void lines.push(text);
  log = { debug: line, info: line, warn: line, error: line };
  traced = registerProvider();
});
afterEach(() => traced.unregister());

const on = { GIRDER_WORKER_TRACES: 'on' };
const connect = (env: NodeJS.ProcessEnv, middleware: (() => Promise<unknown>)[] = []) =>
  connectTraces({ env, registry: { middleware }, log, system: nodeSystem });
const parts = {
  events: [],
  taskRequests: { other: async () => 1 },
  beforePublish: async <M>(messages: readonly M[], _parent: unknown, _limitMs: number) => messages,
};

describe('the switch GIRDER_WORKER_TRACES', () => {
  test.each([[{}], [{ GIRDER_WORKER_TRACES: 'off' }], [{ GIRDER_WORKER_TRACES: '' }]])(
    'adds nothing to a dispatcher if it is %j',
    async (env) => {
      expect(() => loadConnections(env)).not.toThrow();
      const traces = await connect(env);
      expect(traces).toBeUndefined();
      expect(withTraces(parts, traces)).toBe(parts);
    },
  );

  test('must be on or off', () => {
    expect(() => loadConnections({ GIRDER_WORKER_TRACES: 'yes' })).toThrow(
      'GIRDER_WORKER_TRACES must be on or off, got "yes"',
    );
  });

  test('adds traces to the parts of a dispatcher, after those that are there', async () => {
    const traces = await connect(on);
    const together = withTraces(parts, traces);
    expect(together.events).toEqual([traces?.events]);
    expect(Object.keys(together.taskRequests)).toEqual(['other', 'traceContext', 'traceChange']);
    const parent = await decode(encode({ task: 'p.task', id: 'id' }));
    const [message] = await together.beforePublish([{ task: 'p.next', id: 'n', headers: {} }], parent, 100);
    expect(message?.headers).toHaveProperty('traceparent');
  });
});

describe('the tracer provider', () => {
  test('is that which a module with middleware registers', async () => {
    traced.unregister();
    let loads = 0;
    await connect(on, [
      async () => {
        loads++;
        traced = registerProvider();
      },
    ]);
    expect([loads, lines]).toEqual([1, []]);
  });

  test('is missed in the log if there is none', async () => {
    traced.unregister();
    const traces = await connect(on);
    expect(lines).toEqual([expect.stringContaining('no tracer provider of the SDK is registered')]);
    await traces?.flush(100);
    expect(lines).toHaveLength(1);
  });

  test('is flushed, for no longer than the limit, and what it cannot export is logged once', async () => {
    const traces = await connect(on);
    const flush = vi.spyOn(traced.provider, 'forceFlush');
    await traces?.flush(100);
    expect(flush).toHaveBeenCalledOnce();
    flush.mockReturnValue(new Promise(() => undefined));
    const startMs = performance.now();
    await traces?.flush(50);
    expect(performance.now() - startMs).toBeLessThan(1000);
    flush.mockRejectedValue(new Error('no collector'));
    await traces?.flush(50);
    flush.mockResolvedValue();
    await traces?.flush(50);
    expect(lines).toEqual([
      expect.stringContaining('not exported within 50 ms'),
      expect.stringContaining('Spans are exported again'),
    ]);
  });
});
