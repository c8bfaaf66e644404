import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';

/** Calls at once; further ones wait. */
const maxSockets = 50;

/** A connection on which nothing has come for so long is lost, as one is that was open when Lambda froze the function. */
const silenceMs = 10_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export type Post = (headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

/** Sends requests to one address on connections that are kept, and keep no process alive while nothing is asked. */
export function createPost(endpoint: URL): Post {
  const { request, Agent } = endpoint.protocol === 'https:' ? https : http;
  const address = { ...urlToHttpOptions(endpoint), method: 'POST', timeout: silenceMs };
  const agent = new Agent({ keepAlive: true, maxSockets });

  return (headers, body) =>
    new Promise((resolve, reject) => {
      const sent = request({ ...address, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      });
      sent.on('timeout', () => sent.destroy(silence(endpoint)));
      sent.on('error', reject);
      sent.end(body);
    });
}

function silence({ host }: URL): Error {
  return Object.assign(new Error(`Nothing has come from ${host} for ${silenceMs / 1000} s.`), { code: 'ETIMEDOUT' });
}
