import { expect, test } from 'vitest';
import { pluginEnvironment } from './pluginEnvironment.ts';

test('a plugin gets the variables of the system and of Node.js, and no secrets', () => {
  const system = { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C', NODE_OPTIONS: '--enable-source-maps' };
  const secrets = {
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_SESSION_TOKEN: 'x',
    GIRDER_WORKER_BROKER: 'sqs://key:secret@host//',
    NPM_TOKEN: 'x',
    GITHUB_TOKEN: 'x',
  };
  expect(pluginEnvironment({ ...system, ...secrets })).toEqual(system);
});

test('GIRDER_WORKER_BUILD_ENV names further variables', () => {
  const env = { MODEL_FOLDER: '/models', OTHER: 'x', GIRDER_WORKER_BUILD_ENV: 'MODEL_FOLDER, MISSING' };
  expect(pluginEnvironment(env)).toEqual({ MODEL_FOLDER: '/models' });
});
