import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from '../connections/clientSettings.ts';
import type { System } from '../system/system.ts';

export interface SignerOptions {
  /** AWS's name in signatures, such as `dynamodb`. */
  readonly service: string;
  readonly region: string;
  readonly endpoint: URL;
  readonly system: Pick<System, 'now'>;
}

/** Returns the headers to send: those given, which must be in lower case, and those of the signature. */
export type Sign = (headers: Headers, body: string, credentials: AwsCredentials) => Headers;

type Headers = Readonly<Record<string, string>>;

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Signs POST requests to one address, all headers and the body, by AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function createSigner({ service, region, endpoint: { host, pathname }, system }: SignerOptions): Sign {
  let key: { readonly scope: string; readonly secret: string; readonly bytes: Buffer } | undefined;

  /** The signing key holds for one day, region and service, so that it is derived once and kept. */
  const keyFor = (scope: string, secret: string): Buffer => {
    if (key?.scope !== scope || key.secret !== secret) {
      const bytes = scope.split('/').reduce<Buffer>((parent, part) => hmac(parent, part), Buffer.from(`AWS4${secret}`));
      key = { scope, secret, bytes };
    }
    return key.bytes;
  };

  return (given, body, { accessKeyId, secretAccessKey, sessionToken }) => {
    const time = new Date(system.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const token: Headers = sessionToken ? { 'x-amz-security-token': sessionToken } : {};
    const headers: Headers = { ...given, host, 'x-amz-date': time, ...token };
    const sorted = Object.entries(headers).sort(([one], [other]) => (one < other ? -1 : 1));
    const signed = sorted.map(([name]) => name).join(';');
    const lines = sorted.map(([name, value]) => `${name}:${value}\n`).join('');
    const request = ['POST', pathname, '', lines, signed, sha256(body)].join('\n');

    const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
    const text = [algorithm, time, scope, sha256(request)].join('\n');
    const signature = hmac(keyFor(scope, secretAccessKey), text).toString('hex');
    const authorization = `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return { ...headers, authorization };
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
