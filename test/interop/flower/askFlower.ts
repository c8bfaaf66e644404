import type { Side } from './flowerSides.ts';
import { parseTyped } from './typedJson.ts';

/** An answer of Flower's API: `body` is JSON with typed numbers, or a text. */
export interface FlowerAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** Sends a request such as `GET /tasks?limit=3`. */
export async function ask(side: Side, request: string, body?: unknown): Promise<FlowerAnswer> {
  const [, method, path] = /^(\w+) (.*)$/.exec(request)!;
  const response = await fetch(new URL(`${side.url}${path}`), {
    method: method!,
    headers: { authorization: side.authorization },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = (response.headers.get('content-type') ?? '').toLowerCase();
  return { status: response.status, type, body: type.includes('json') ? parseTyped(text) : text };
}
