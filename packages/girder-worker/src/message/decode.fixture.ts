/** For tests: texts of messages, made by hand. */
export interface Draft {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly properties?: unknown;
  readonly contentType?: unknown;
}

/** An envelope with a plain body, which Python's workers accept. */
export function envelope({
  body = '[[1], {}, {}]',
  headers = { task: 't', id: 'i' },
  properties = {},
  contentType = 'application/json',
}: Draft): string {
  return JSON.stringify({ body, headers, properties, 'content-type': contentType });
}

export function withHeaders(headers: object): string {
  return envelope({ headers: { task: 't', id: 'i', ...headers } });
}

export function compressed(bytes: Buffer, compression: string): string {
  return envelope({
    body: bytes.toString('base64'),
    headers: { task: 't', id: 'i', compression },
    properties: { body_encoding: 'base64' },
  });
}
