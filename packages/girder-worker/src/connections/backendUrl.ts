import type { AwsTarget } from './clientSettings.ts';
import { ConfigurationError } from './configurationError.ts';
import { maskPassword } from './maskPassword.ts';
import { percentDecoded } from './percentDecoded.ts';

/** What Celery's `result_backend` names: a DynamoDB table. */
export interface BackendTarget extends AwsTarget {
  readonly table: string;
  /** How long results are kept (`ttl_seconds`); undefined if the URL does not set it. */
  readonly ttlSeconds: number | undefined;
}

const example = 'dynamodb://@us-east-1/celery, or dynamodb://key:secret@localhost:8000/celery for an emulator';

/**
 * Reads Celery's backend URL `dynamodb://key:secret@<region|localhost|ip>:port/table?ttl_seconds=` (docs/wire-format.md
 * §3). The table defaults to `celery`, as in Celery; a negative `ttl_seconds` counts as not set. Throws a
 * ConfigurationError if the URL has another form, or a key without a secret.
 */
export function parseBackendUrl(url: string): BackendTarget {
  if (!URL.canParse(url) || !url.startsWith('dynamodb://')) {
    throw new ConfigurationError('Invalid backend URL', [
      `GIRDER_WORKER_BACKEND is not the URL of a DynamoDB table: "${maskPassword(url)}". Write for example ${example}.`,
    ]);
  }
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  if ((username === '') !== (password === '')) {
    throw new ConfigurationError('Invalid backend URL', [
      'GIRDER_WORKER_BACKEND has a key without its secret, or a secret without its key. Give both, or neither to use the credentials of the AWS environment.',
    ]);
  }
  const decoded = (text: string) => percentDecoded(text, 'Invalid backend URL', 'GIRDER_WORKER_BACKEND');
  const isLocal = hostname === 'localhost' || /^[\d.]+$/.test(hostname) || hostname.startsWith('[');
  const ttlSeconds = Number.parseInt(searchParams.get('ttl_seconds') ?? '', 10);
  return {
    table: decoded(pathname.slice(1)) || 'celery',
    ttlSeconds: ttlSeconds >= 0 ? ttlSeconds : undefined,
    region: isLocal ? 'us-east-1' : hostname || undefined,
    endpoint: isLocal ? `http://${hostname}:${port || 8000}` : undefined,
    credentials: username === '' ? undefined : { accessKeyId: decoded(username), secretAccessKey: decoded(password) },
  };
}
