import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import type { System } from '../system/system.ts';

/** Concurrent requests; further ones wait for a free connection. */
const maxSockets = 50;

/**
 * Time for a complete answer. The connection of a request that takes longer may have been lost while Lambda had frozen
 * the function.
 */
const timeoutMs = 10_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends one POST request. Rejects with Node's error if the connection fails, with ETIMEDOUT after 10 s. */
export type Post = (headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

/** Sends requests to one address over keep-alive connections. Idle connections do not keep the process alive. */
export function createPost(endpoint: URL, system: Pick<System, 'startTimer'>): Post {
  const { request, Agent } = endpoint.protocol === 'https:' ? https : http;
  const address = { ...urlToHttpOptions(endpoint), method: 'POST' };
  const agent = new Agent({ keepAlive: true, maxSockets });

  return (headers, body) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request({ ...address, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      });
      const cancelTimeout = system.startTimer(() => sent.destroy(timeoutError(endpoint)), timeoutMs);
      sent.on('close', cancelTimeout);
      sent.on('error', reject);
      sent.end(body);
    });
}

function timeoutError({ host }: URL): Error {
  return Object.assign(new Error(`${host} has not answered within ${timeoutMs / 1000} s.`), { code: 'ETIMEDOUT' });
}
