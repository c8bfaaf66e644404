import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClientSettings } from '../connections/clientSettings.ts';
import { clientConfig } from './clientConfig.ts';

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

const configOf = (settings: ClientSettings) => new SQSClient(clientConfig(settings)).config;

describe('without region and credentials in the settings,', () => {
  test('both are taken from the AWS profile', async () => {
    writeFileSync(join(folder, 'config'), '[profile mine]\nregion = eu-west-3\n');
    writeFileSync(join(folder, 'credentials'), '[mine]\naws_access_key_id = a\naws_secret_access_key = b\n');
    const { region, credentials } = configOf({});
    expect(await region()).toBe('eu-west-3');
    expect(await credentials()).toMatchObject({ accessKeyId: 'a', secretAccessKey: 'b' });
  });

  test('the error says to set AWS_REGION if there is no profile either', async () => {
    const { region, credentials } = configOf({});
    await expect(region()).rejects.toThrow('No AWS region is known: set AWS_REGION');
    await expect(credentials()).rejects.toThrow(/credentials/i);
  });
});

test('region and credentials of the settings win over the AWS profile', async () => {
  const settings = { region: 'us-east-2', credentials: { accessKeyId: 'c', secretAccessKey: 'd' } };
  const { region, credentials } = configOf(settings);
  expect(await region()).toBe('us-east-2');
  expect(await credentials()).toMatchObject(settings.credentials);
});
