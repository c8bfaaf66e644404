import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** A server with the routes of Girder for one file of this size, whose content it makes up, and for an upload that it drops. */
export async function startGirderFiles(sizeBytes: number): Promise<{ readonly apiUrl: string; stop(): void }> {
  const block = randomBytes(64 * 1024);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const answer = (document: object) => response.end(JSON.stringify(document));
    if (url.pathname.endsWith('/download')) {
      response.writeHead(200, { 'content-length': sizeBytes });
      Readable.from(blocks(block, sizeBytes)).pipe(response);
      return;
    }
    let receivedBytes = 0;
    for await (const chunk of request) receivedBytes += (chunk as Buffer).byteLength;
    const offset = Number(url.searchParams.get('offset'));
    if (url.pathname.endsWith('/chunk') && offset + receivedBytes === sizeBytes)
      answer({ _id: 'done', _modelType: 'file' });
    else answer({ _id: 'file', size: sizeBytes });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function* blocks(block: Buffer, sizeBytes: number): Generator<Buffer> {
  for (let sent = 0; sent < sizeBytes; sent += block.length)
    yield block.subarray(0, Math.min(block.length, sizeBytes - sent));
}
