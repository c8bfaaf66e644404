import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificate, certificateKey } from '../fixtures/certificate.ts';
import { readJson } from './answer.ts';
import { sendHttpRequest } from './httpRequest.ts';

let server: Server;
let folder: string;
let trusted: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'girder-worker-tls-'));
  trusted = join(folder, 'trusted.pem');
  await writeFile(trusted, certificate);
  server = createServer({ cert: certificate, key: certificateKey }, (_, response) => response.end('{"ok":true}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function request(verify: boolean | string): Promise<unknown> {
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/job/1`;
  return readJson(await sendHttpRequest({ method: 'PUT', url, body: 'status=2', verify, idleMs: 5000 }));
}

test('a certificate that is not known is refused, unless the sender does not want it verified, or names it', async () => {
  await expect(request(true)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringMatching(/self-signed certificate/),
  });
  expect(await request(false)).toEqual({ ok: true });
  expect(await request(trusted)).toEqual({ ok: true });
  await expect(request(true)).rejects.toMatchObject({ code: 'UNREACHABLE' }); // The connections of the others are not reused.
});

test('a file of certificates that cannot be read is an error that names it', async () => {
  await expect(request(join(folder, 'missing.pem'))).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringContaining('missing.pem'),
  });
});
