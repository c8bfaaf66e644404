import type { AwsTarget } from './clientSettings.ts';

const example = 'sqs:// for the account of the AWS environment, or sqs://key:secret@localhost:9324// for an emulator';

/** Reads Celery's URL `sqs://key:secret@host:port//`. Throws an Error that names what is wrong with it. */
export function parseBrokerUrl(url: string): AwsTarget {
  const parts = /^sqs:\/\/(?:(?<key>[^:@/]*):(?<secret>[^@]*)@)?(?<host>[^/:]*)(?::(?<port>\d+))?\/*$/.exec(
    url,
  )?.groups;
  if (!parts)
    throw new Error(
      `GIRDER_WORKER_BROKER is not the URL of an SQS broker: "${maskPassword(url)}". Write for example ${example}.`,
    );
  const { key, secret, host, port } = parts;
  return {
    region: undefined,
    endpoint: host ? `http://${host}${port ? `:${port}` : ''}` : undefined,
    credentials:
      key && secret ? { accessKeyId: decodeURIComponent(key), secretAccessKey: decodeURIComponent(secret) } : undefined,
  };
}

/** A URL fit to be shown: its password is stars. */
export function maskPassword(url: string): string {
  return url.replace(/(:\/\/[^:@/]*:)[^@]*@/, '$1**@');
}
