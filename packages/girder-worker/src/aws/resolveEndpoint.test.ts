import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { credentialsOf, endpointOf, regionOf } from './resolveEndpoint.ts';

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

describe('where nothing is set', () => {
  test('region and credentials are those of the profile, as everywhere with AWS', async () => {
    writeFileSync(join(folder, 'config'), '[profile mine]\nregion = eu-west-3\n');
    writeFileSync(join(folder, 'credentials'), '[mine]\naws_access_key_id = a\naws_secret_access_key = b\n');
    expect(await regionOf({})).toBe('eu-west-3');
    expect(await credentialsOf({})()).toMatchObject({ accessKeyId: 'a', secretAccessKey: 'b' });
  });

  test('and there is no profile either, one is told what to do', async () => {
    await expect(regionOf({})).rejects.toThrow('No AWS region is known: set AWS_REGION');
    await expect(credentialsOf({})()).rejects.toThrow(/credentials/i);
  });
});

test('what is set wins', async () => {
  const settings = { region: 'us-east-2', credentials: { accessKeyId: 'c', secretAccessKey: 'd' } };
  expect(await regionOf(settings)).toBe('us-east-2');
  expect(await credentialsOf(settings)()).toBe(settings.credentials);
});

test.each([
  [{}, 'us-east-1', 'https://dynamodb.us-east-1.amazonaws.com/'],
  [{}, 'cn-north-1', 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
  [{ endpoint: 'http://localhost:8000' }, 'us-east-1', 'http://localhost:8000/'],
])('with %j in %s, DynamoDB is at %s', (settings, region, expected) => {
  expect(endpointOf(settings, 'dynamodb', region).href).toBe(expected);
});

test('a region that would lead elsewhere is none', () => {
  expect(() => endpointOf({}, 'dynamodb', 'evil.example/')).toThrow('"evil.example/" is no AWS region');
});
