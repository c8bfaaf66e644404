import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RecordingProxy } from './recordingProxy.ts';

describe('a recording proxy', () => {
  let target: Server;
  let proxy: RecordingProxy;

  beforeEach(async () => {
    target = createServer(async (incoming, outgoing) => {
      const body = await text(incoming);
      const isRefused = incoming.url?.includes('refused') ?? false;
      outgoing.writeHead(isRefused ? 400 : 200, { 'content-type': 'text/plain' });
      outgoing.end(`${incoming.method} ${incoming.url} ${body}`);
    });
    await new Promise<void>((resolve) => target.listen({ host: '127.0.0.1', port: 0 }, resolve));
    proxy = await RecordingProxy.start(`http://127.0.0.1:${(target.address() as AddressInfo).port}/api/v1`);
  });

  afterEach(async () => {
    await proxy.stop();
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
  });

  const put = (path: string, form: Record<string, string> = {}) =>
    fetch(`${proxy.url}/${path}`, { method: 'PUT', body: new URLSearchParams(form) });

  test('forwards method, path, query and body, and records them with the status', async () => {
    const response = await put('job/1?limit=2', { status: '3', log: 'a b' });
    expect(await response.text()).toBe('PUT /api/v1/job/1?limit=2 status=3&log=a+b');
    expect(proxy.calls).toMatchObject([
      { method: 'PUT', path: 'job/1', query: { limit: '2' }, form: { status: '3', log: 'a b' }, status: 200 },
    ]);
  });

  test('records the text of an answer that is an error', async () => {
    await put('refused');
    expect(proxy.calls).toMatchObject([{ status: 400, complaint: 'PUT /api/v1/refused ' }]);
  });

  test('finds the calls about a job by its path and by its parameters', async () => {
    await put('job/7');
    await put('job/8');
    await put('file?parentId=7');
    expect(proxy.callsAbout('7').map(({ path }) => path)).toEqual(['job/7', 'file']);
  });

  test.each([500, 401])('answers %i without asking its target, only to the requests of the rule', async (status) => {
    const remove = proxy.inject({ matches: ({ path }) => path === 'job/1', fault: { kind: 'status', status } });
    expect((await put('job/1')).status).toBe(status);
    expect((await put('job/2')).status).toBe(200);
    remove();
    expect((await put('job/1')).status).toBe(200);
    expect(proxy.calls.map((call) => call.status)).toEqual([status, 200, 200]);
  });

  test('applies a rule only as many times as it says', async () => {
    proxy.inject({ matches: () => true, fault: { kind: 'status', status: 503 }, times: 2 });
    const statuses = [await put('a'), await put('b'), await put('c')].map(({ status }) => status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  test('answers with a page instead of JSON', async () => {
    proxy.inject({ matches: () => true, fault: { kind: 'html' } });
    const response = await put('job/1');
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toContain('<p>');
  });

  test('closes a connection without an answer', async () => {
    proxy.inject({ matches: () => true, fault: { kind: 'reset' } });
    await expect(put('job/1')).rejects.toThrow();
    expect(proxy.calls).toMatchObject([{ path: 'job/1', status: null }]);
  });

  test('closes a connection in the middle of the body', async () => {
    proxy.inject({ matches: () => true, fault: { kind: 'drop' } });
    const response = await put('job/1');
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test('forwards a request only after the delay', async () => {
    proxy.inject({ matches: () => true, fault: { kind: 'delay', delayMs: 100 } });
    const begin = performance.now();
    expect((await put('job/1')).status).toBe(200);
    expect(performance.now() - begin).toBeGreaterThan(95);
  });

  test('refuses connections until it accepts them again, on the same port', async () => {
    const { url } = proxy;
    await proxy.refuseConnections();
    await expect(put('job/1')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await proxy.acceptConnections();
    expect(proxy.url).toBe(url);
    expect((await put('job/1')).status).toBe(200);
  });
});
