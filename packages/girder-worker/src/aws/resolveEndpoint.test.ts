import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { credentialsProvider, resolveEndpoint, resolveRegion } from './resolveEndpoint.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'girder-worker-'));
  for (const name of Object.keys(process.env).filter((variable) => variable.startsWith('AWS_')))
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_PROFILE', 'mine');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('without region and credentials in the settings,', () => {
  test('both are taken from the AWS profile', async () => {
    writeFileSync(join(folder, 'config'), '[profile mine]\nregion = eu-west-3\n');
    writeFileSync(join(folder, 'credentials'), '[mine]\naws_access_key_id = a\naws_secret_access_key = b\n');
    expect(await resolveRegion({})).toBe('eu-west-3');
    expect(await credentialsProvider({})()).toMatchObject({ accessKeyId: 'a', secretAccessKey: 'b' });
  });

  test('the error says to set AWS_REGION if there is no profile either', async () => {
    await expect(resolveRegion({})).rejects.toThrow('No AWS region is known: set AWS_REGION');
    await expect(credentialsProvider({})()).rejects.toThrow(/credentials/i);
  });
});

test('region and credentials of the settings win over the AWS profile', async () => {
  const settings = { region: 'us-east-2', credentials: { accessKeyId: 'c', secretAccessKey: 'd' } };
  expect(await resolveRegion(settings)).toBe('us-east-2');
  expect(await credentialsProvider(settings)()).toBe(settings.credentials);
});

test.each([
  [{}, 'us-east-1', 'https://dynamodb.us-east-1.amazonaws.com/'],
  [{}, 'cn-north-1', 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
  [{ endpoint: 'http://localhost:8000' }, 'us-east-1', 'http://localhost:8000/'],
])('with the settings %j and the region %s, the endpoint of DynamoDB is %s', (settings, region, expected) => {
  expect(resolveEndpoint(settings, 'dynamodb', region).href).toBe(expected);
});

test('a region that would change the host of the endpoint is refused', () => {
  expect(() => resolveEndpoint({}, 'dynamodb', 'evil.example/')).toThrow('"evil.example/" is not an AWS region');
});
