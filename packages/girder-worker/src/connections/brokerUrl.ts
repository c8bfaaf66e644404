import type { AwsTarget } from './clientSettings.ts';
import { ConfigurationError } from './configurationError.ts';
import { maskPassword } from './maskPassword.ts';
import { percentDecoded } from './percentDecoded.ts';

const example = 'sqs:// for the account of the AWS environment, or sqs://key:secret@localhost:9324// for an emulator';

/**
 * Reads Celery's broker URL `sqs://key:secret@host:port//`. Key and secret are percent-encoded; without a host, the URL
 * means SQS in the account of the AWS environment. Throws a ConfigurationError if the URL has another form.
 */
export function parseBrokerUrl(url: string): AwsTarget {
  const parts = /^sqs:\/\/(?:(?<key>[^:@/]*):(?<secret>[^@]*)@)?(?<host>[^/:]*)(?::(?<port>\d+))?\/*$/.exec(
    url,
  )?.groups;
  if (!parts)
    throw new ConfigurationError('Invalid broker URL', [
      `GIRDER_WORKER_BROKER is not the URL of an SQS broker: "${maskPassword(url)}". Write for example ${example}.`,
    ]);
  const { key, secret, host, port } = parts;
  const decoded = (text: string) => percentDecoded(text, 'Invalid broker URL', 'GIRDER_WORKER_BROKER');
  return {
    region: undefined,
    endpoint: host ? `http://${host}${port ? `:${port}` : ''}` : undefined,
    credentials: key && secret ? { accessKeyId: decoded(key), secretAccessKey: decoded(secret) } : undefined,
  };
}
