import { expect, test } from 'vitest';
import { parseBrokerUrl } from './brokerUrl.ts';
import { maskPassword } from './maskPassword.ts';

test('a broker URL without a host means the account of the AWS environment', () => {
  for (const url of ['sqs://', 'sqs:////'])
    expect(parseBrokerUrl(url)).toEqual({ endpoint: undefined, region: undefined, credentials: undefined });
});

test('a broker URL may name an emulator and its percent-encoded credentials', () => {
  expect(parseBrokerUrl('sqs://key:se%2Fcret@localhost:9324//')).toEqual({
    endpoint: 'http://localhost:9324',
    region: undefined,
    credentials: { accessKeyId: 'key', secretAccessKey: 'se/cret' },
  });
});

test.each(['redis://localhost', 'localhost:9324', 'sqs:localhost', ''])(
  'the broker URL %j is refused with an example of a valid one',
  (url) => {
    expect(() => parseBrokerUrl(url)).toThrow(
      /GIRDER_WORKER_BROKER is not the URL of an SQS broker.*Write for example sqs:\/\//,
    );
  },
);

test('the password of a URL is masked, also in the error that refuses the URL', () => {
  expect(maskPassword('sqs://key:secret@localhost:9324//')).toBe('sqs://key:**@localhost:9324//');
  expect(() => parseBrokerUrl('redis://user:secret@localhost')).toThrow(/redis:\/\/user:\*\*@localhost/);
});
