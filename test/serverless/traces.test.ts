import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './deployment.ts';

describe('the parameter traces', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await createDeployment();
  });
  afterAll(() => deployment?.remove());

  test('turns traces on in the functions that run and end tasks, and needs no permission', async () => {
    const { resources } = await deployment.package('--param', 'traces=on');
    const variablesOf = (name: string) =>
      (resources[`${name}LambdaFunction`]!.Properties.Environment as { Variables: Record<string, unknown> }).Variables;
    for (const name of ['Dispatcher', 'DeadLetters'])
      expect(variablesOf(name)).toMatchObject({ GIRDER_WORKER_TRACES: 'on' });
    expect(variablesOf('Control')).not.toHaveProperty('GIRDER_WORKER_TRACES');
    const { resources: without } = await deployment.package();
    expect(Object.keys(resources)).toEqual(Object.keys(without));
  });
});
