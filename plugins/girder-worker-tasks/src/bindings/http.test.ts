import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { isInternalAddress } from 'girder-worker/network';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../fixtures/httpServer.ts';
import { runSpec } from '../fixtures/testTask.ts';

const text = { name: 'a', type: 'string', format: 'text' };
const result = { name: 'y', type: 'string', format: 'text' };
/** A workflow that shows its input without running code. */
function copyOf(port: object) {
  const step = { name: 'step', visualization: true, task: { inputs: [text] } };
  return {
    mode: 'workflow',
    inputs: [{ ...text, ...port }],
    outputs: [],
    steps: [step],
    connections: [{ name: 'a', input_step: 'step', input: 'a' }],
  };
}

async function fetched(binding: object, port = {}, options = {}): Promise<unknown> {
  const { _visualizations } = await runSpec(copyOf(port), { a: { format: 'text', ...binding } }, {}, options);
  const [shown] = _visualizations as unknown as [{ inputs: { a: { data: unknown } } }];
  return shown.inputs.a.data;
}

function allow(...servers: readonly TestServer[]): void {
  vi.stubEnv('GIRDER_WORKER_ALLOWED_URLS', servers.map((server) => server.origin).join(','));
}

beforeEach(() => vi.stubEnv('GIRDER_WORKER_RUN_MODES', 'javascript'));
afterEach(() => vi.unstubAllEnvs());

describe('an http input', () => {
  test('is requested with the method, headers and parameters of its binding', async () => {
    await using server = await startServer((request, response) => response.end(`${request.headers['x-key']}`));
    allow(server);
    const binding = {
      url: `${server.origin}/data?a=1`,
      method: 'post',
      headers: { 'x-key': 'k' },
      params: { b: [2, 3] },
    };
    expect(await fetched(binding)).toBe('k');
    expect(server.requests).toEqual(['POST /data?a=1&b=2&b=3']);
  });

  test('follows redirects, and sends no credentials to another origin', async () => {
    await using target = await startServer((request, response) => {
      response.end(JSON.stringify([request.method, request.headers.authorization ?? null, request.headers['x-key']]));
    });
    await using server = await startServer((_, response) => {
      response.writeHead(303, { location: `${target.origin}/moved` }).end();
    });
    allow(server, target);
    const headers = { Authorization: 'secret', 'x-key': 'k' };
    expect(await fetched({ url: server.origin, method: 'POST', headers })).toBe('["GET",null,"k"]');
  });

  test('is not requested from a redirect to an address of the function itself', async () => {
    await using hidden = await startServer((_, response) => response.end('credentials'));
    await using server = await startServer((_, response) => {
      response.writeHead(302, { location: `${hidden.origin}/latest` }).end();
    });
    allow(server);
    await expect(fetched({ url: server.origin })).rejects.toThrow(
      `Input "a": Cannot request "${hidden.origin}/latest": the address 127.0.0.1 belongs to the function itself or to its platform. To allow it, the deployment sets GIRDER_WORKER_ALLOWED_URLS=${hidden.origin}.`,
    );
    expect(hidden.requests).toEqual([]);
  });

  test('fails after five redirects', async () => {
    await using server = await startServer((_, response) => response.writeHead(302, { location: '/again' }).end());
    allow(server);
    await expect(fetched({ url: server.origin })).rejects.toThrow('redirects more than 5 times');
    expect(server.requests.length).toBe(6);
  });

  test.each([
    'http://localhost:9/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::ffff:169.254.169.254]/latest/meta-data',
    'http://169.254.170.2/v2/credentials',
    'http://[fe80::1]/',
  ])('is not requested from %s', async (url) => {
    await expect(fetched({ url })).rejects.toThrow('belongs to the function itself or to its platform');
  });

  test('is not requested from the runtime API of Lambda, whatever its address', async () => {
    vi.stubEnv('AWS_LAMBDA_RUNTIME_API', '10.1.2.3:9001');
    await expect(fetched({ url: 'http://10.1.2.3:9001/2018-06-01/runtime/invocation/next' })).rejects.toThrow(
      'the address 10.1.2.3 belongs to the function itself',
    );
  });

  test('is requested from an allowed path and what is below it, and from no other path', async () => {
    await using server = await startServer((_, response) => response.end('ok'));
    vi.stubEnv('GIRDER_WORKER_ALLOWED_URLS', `${server.origin}/public`);
    expect(await fetched({ url: `${server.origin}/public/a` })).toBe('ok');
    for (const path of ['/publicity', '/public/../private', '/']) {
      await expect(fetched({ url: server.origin + path })).rejects.toThrow('Cannot request');
    }
  });

  test('of more than the limit fails while it is downloaded, and its file is removed', async () => {
    await using server = await startServer((_, response) => {
      let isClosed = false;
      const chunk = Buffer.alloc(1024 * 1024);
      const send = () => {
        while (!isClosed && response.write(chunk));
      };
      response.on('drain', send).on('close', () => {
        isClosed = true;
      });
      send();
    });
    allow(server);
    vi.stubEnv('GIRDER_WORKER_MAX_DATA_MB', '2');
    await expect(fetched({ url: server.origin })).rejects.toThrow('is larger than 2 MiB. Use the target "filepath"');
    await expect(fetched({ url: server.origin, maxSize: 5000 }, { target: 'filepath' })).rejects.toThrow('0.005 MiB');
  });

  test('that takes longer than its timeout fails', async () => {
    await using server = await startServer(() => undefined);
    allow(server);
    await expect(fetched({ url: server.origin, timeout: 0.1 })).rejects.toThrow('took longer than 0.1 s');
  });

  test('ends with the reason of the signal when the task is cancelled', async () => {
    const controller = new AbortController();
    await using server = await startServer(() => controller.abort());
    allow(server);
    const error = await fetched({ url: server.origin }, {}, { signal: controller.signal }).catch((reason) => reason);
    expect(error).toBe(controller.signal.reason);
  });

  test('that the server refuses fails with the status and the answer, without the query of its URL', async () => {
    await using server = await startServer((_, response) => response.writeHead(403).end('no access'));
    allow(server);
    await expect(fetched({ url: `${server.origin}/x?token=secret` })).rejects.toThrow(
      `Input "a": GET "${server.origin}/x" failed with status 403: no access`,
    );
  });

  test('with a header that belongs to the connection, or with another scheme, is refused', async () => {
    await expect(fetched({ url: 'http://example.org', headers: { Host: 'x' } })).rejects.toThrow('must not set "Host"');
    await expect(fetched({ mode: 'http', url: 'ftp://example.org' })).rejects.toThrow('only http and https URLs');
    await expect(fetched({ url: 'mongodb://localhost/db' })).rejects.toThrow('Unknown mode "mongodb" of a binding');
  });

  test('with the target filepath is a file in the temporary folder, with a name that cannot leave it', async () => {
    await using server = await startServer((_, response) => {
      response.setHeader('content-disposition', 'attachment; filename="../../etc/name.txt"');
      response.end('content');
    });
    allow(server);
    const script =
      'const { readFileSync } = require("node:fs"); y = JSON.stringify([a.slice(_tempdir.length), readFileSync(a, "utf8")])';
    const task = { mode: 'javascript', script, inputs: [{ ...text, target: 'filepath' }], outputs: [result] };
    const { y } = await runSpec(task, { a: { url: server.origin } });
    expect(JSON.parse(y!.data as string)).toEqual(['/.._.._etc_name.txt', 'content']);
  });
});

describe('an http output', () => {
  const task = { mode: 'javascript', script: 'y = "ä" + a', inputs: [text], outputs: [result] };
  const inputs = { a: { format: 'text', data: '1' } };

  test('is sent by POST, also after a redirect that repeats it, and its binding returns without headers', async () => {
    const bodies: string[] = [];
    await using server = await startServer((request, response, body) => {
      bodies.push(`${request.method} ${request.headers['content-length']} ${body}`);
      if (request.url === '/a') response.writeHead(307, { location: '/b' });
      response.end();
    });
    allow(server);
    const binding = { url: `${server.origin}/a`, headers: { Authorization: 'secret' } };
    expect(await runSpec(task, inputs, { y: binding })).toEqual({ y: { url: `${server.origin}/a`, format: 'text' } });
    expect(bodies).toEqual(['POST 3 ä1', 'POST 3 ä1']);
  });

  test('that is no text is refused with what to do', async () => {
    const object = { ...task, script: 'y = [1]', outputs: [{ name: 'y', type: 'object', format: 'object' }] };
    await expect(runSpec(object, inputs, { y: { url: 'http://192.0.2.1' } })).rejects.toThrow(
      'Output "y" must be text or bytes to be stored there, but it is a list of 1. Ask for a format that is text',
    );
  });
});

test('public and private addresses are not refused', () => {
  for (const address of ['8.8.8.8', '10.0.0.1', '192.168.1.1', '2606:4700::1'])
    expect(isInternalAddress(address)).toBe(false);
  for (const address of ['64:ff9b::7f00:1', 'fe80::1%eth0', '255.255.255.255', 'no address']) {
    expect(isInternalAddress(address)).toBe(true);
  }
});

test('a file of an input is removed at the end of the task', async () => {
  const task = { mode: 'javascript', script: 'y = a', inputs: [{ ...text, target: 'filepath' }], outputs: [result] };
  const { y } = await runSpec(task, { a: { data: 'content' } });
  expect(basename(y!.data as string)).toBe('data');
  await expect(readFile(y!.data as string)).rejects.toThrow('ENOENT');
});
