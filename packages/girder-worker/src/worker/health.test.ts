import { afterEach, describe, expect, test } from 'vitest';
import { createOutage } from '../system/outage.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createWorkerHealth, type HealthReport } from './health.ts';
import { type HealthServer, startHealthServer } from './healthServer.ts';

const ok: HealthReport = { status: 'ok', reasons: [] };

function healthUnderTest() {
  const system = createVirtualSystem();
  const silent = () => undefined;
  const outage = createOutage({ what: 'Cannot receive', ended: '', log: { warn: silent, error: silent }, system });
  const outages = () => (outage.ongoing ? [outage.ongoing] : []);
  return { system, outage, outages, health: createWorkerHealth(system) };
}

describe('a worker', () => {
  test('that starts is alive but not ready, and says what it waits for', async () => {
    const { health, outage, outages } = healthUnderTest();
    expect(await health.ready()).toEqual({ status: 'starting', reasons: ['The worker is starting.'] });
    health.enter('starting', { outages });
    outage.failed(new Error('no network'));
    expect(await health.ready()).toEqual({ status: 'starting', reasons: ['Cannot receive: no network'] });
    expect(health.live()).toEqual(ok);
  });

  test('that runs is ready, except in an outage, in which it is still alive', async () => {
    const { health, outage, outages } = healthUnderTest();
    health.enter('running', { outages });
    expect(await health.ready()).toEqual(ok);
    outage.failed(new Error('no network'));
    expect(await health.ready()).toEqual({ status: 'outage', reasons: ['Cannot receive: no network'] });
    expect(health.live()).toEqual(ok);
    outage.succeeded();
    expect(await health.ready()).toEqual(ok);
  });

  test('that shuts down is not ready, and does not become ready again', async () => {
    const { health } = healthUnderTest();
    health.enter('stopping');
    health.enter('running');
    expect(await health.ready()).toEqual({ status: 'stopping', reasons: ['The worker is shutting down.'] });
    expect(health.live()).toEqual(ok);
  });

  test('whose thread has been starting for a minute is neither alive nor ready', async () => {
    const { health, system } = healthUnderTest();
    const sinceMs = system.now();
    health.enter('running', { threadStartingSinceMs: () => sinceMs });
    await system.advance(59_000);
    expect(health.live()).toEqual(ok);
    await system.advance(1000);
    const stuck = { status: 'stuck', reasons: ['A worker thread has been starting for 60 s.'] };
    expect(health.live()).toEqual(stuck);
    expect(await health.ready()).toEqual(stuck);
  });

  test('reads the table at most every five seconds, for however many probes', async () => {
    const { health, system } = healthUnderTest();
    let reads = 0;
    let isDown = false;
    health.enter('running', {
      async readTable() {
        reads++;
        if (isDown) throw new Error('no table');
      },
    });
    await Promise.all([health.ready(), health.ready(), health.ready()]);
    expect(reads).toBe(1);
    isDown = true;
    expect(await health.ready()).toEqual(ok);
    await system.advance(5000);
    expect(await health.ready()).toEqual({ status: 'outage', reasons: ['Cannot read the result table: no table'] });
    expect(reads).toBe(2);
  });

  test('whose table does not answer is not ready, after two seconds', async () => {
    const { health, system } = healthUnderTest();
    health.enter('running', { readTable: () => new Promise(() => undefined) });
    const answer = health.ready();
    await system.advance(2000);
    expect(await answer).toEqual({ status: 'outage', reasons: ['Cannot read the result table: no answer within 2 s'] });
  });
});

describe('the server of the probes', () => {
  let server: HealthServer | undefined;
  afterEach(() => server?.stop());
  const down: HealthReport = { status: 'outage', reasons: ['no network'] };
  const start = async () => {
    server = await startHealthServer({
      ...{ port: 0, host: '127.0.0.1' },
      health: { live: () => ok, ready: async () => down },
    });
    return server.url;
  };

  test.each([
    ['GET', '/live', 200, ok],
    ['GET', '/ready', 503, down],
    ['GET', '/ready?verbose', 503, down],
    ['POST', '/live', 405, { error: expect.any(String) }],
    ['GET', '/', 404, { error: expect.stringContaining('/live') }],
    ['GET', '/constructor', 404, { error: expect.any(String) }],
  ])('answers %s %s with %d', async (method, path, status, body) => {
    const response = await fetch(`${await start()}${path}`, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(body);
  });

  test.each([
    [
      'the metrics of the worker in the format of Prometheus',
      { contentType: 'text/plain', render: async () => 'celery_worker_up 1\n' },
      200,
      'celery_worker_up 1\n',
    ],
    ['why there are none', new Error('The worker is starting.'), 503, '{"error":"The worker is starting."}\n'],
  ])('answers GET /metrics with %s', async (_, metrics, status, body) => {
    server = await startHealthServer({
      ...{ port: 0, host: '127.0.0.1', metrics: () => metrics },
      health: { live: () => ok, ready: async () => down },
    });
    const response = await fetch(`${server.url}/metrics`);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
  });

  test('cannot be started on a port that is in use, and the error says which', async () => {
    const port = Number(new URL(await start()).port);
    const options = { port, host: '127.0.0.1', health: { live: () => ok, ready: async () => ok } };
    await expect(startHealthServer(options)).rejects.toThrow(
      `Cannot listen for health probes on 127.0.0.1:${port}: the port is in use. Set another --health-port.`,
    );
  });
});
