import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';

/** Calls at once; further ones wait. */
const maxSockets = 50;

/**
 * An answer that has not come, or not wholly, in this time is none: its connection may be one that was lost while Lambda
 * froze the function.
 */
const limitMs = 10_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export type Post = (headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

/** Sends requests to one address on connections that are kept, and keep no process alive while nothing is asked. */
export function createPost(endpoint: URL): Post {
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
      const timer = setTimeout(() => sent.destroy(tooLate(endpoint)), limitMs);
      sent.on('close', () => clearTimeout(timer));
      sent.on('error', reject);
      sent.end(body);
    });
}

function tooLate({ host }: URL): Error {
  return Object.assign(new Error(`${host} has not answered within ${limitMs / 1000} s.`), { code: 'ETIMEDOUT' });
}
