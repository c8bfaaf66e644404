import type { AwsTarget } from './clientSettings.ts';

/** Where results are kept, as Celery's `result_backend` says it. */
export interface BackendTarget extends AwsTarget {
  readonly table: string;
  /** For how long results are kept; undefined where the URL leaves it open. */
  readonly ttlSeconds: number | undefined;
}

const example = 'dynamodb://@us-east-1/celery, or dynamodb://key:secret@localhost:8000/celery for an emulator';

/**
 * Reads Celery's URL `dynamodb://key:secret@<region|localhost|ip>:port/table` (wire specification §3); the table's
 * default is Celery's, `celery`. Throws an Error that names what is wrong with it.
 */
export function parseBackendUrl(url: string): BackendTarget {
  if (!URL.canParse(url) || !url.startsWith('dynamodb://')) {
    throw new Error(
      `GIRDER_WORKER_BACKEND is not the URL of a DynamoDB table: "${url}". Write for example ${example}.`,
    );
  }
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  if ((username === '') !== (password === '')) {
    throw new Error(
      'GIRDER_WORKER_BACKEND has a key without its secret, or the reverse. Give both, or none to use the AWS environment.',
    );
  }
  const isLocal = hostname === 'localhost' || /^[\d.]+$/.test(hostname) || hostname.startsWith('[');
  const ttlSeconds = Number.parseInt(searchParams.get('ttl_seconds') ?? '', 10);
  return {
    table: decodeURIComponent(pathname.slice(1)) || 'celery',
    ttlSeconds: ttlSeconds >= 0 ? ttlSeconds : undefined,
    region: isLocal ? 'us-east-1' : hostname || undefined,
    endpoint: isLocal ? `http://${hostname}:${port || 8000}` : undefined,
    credentials:
      username === ''
        ? undefined
        : { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) },
  };
}
