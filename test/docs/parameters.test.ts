import { expect, test } from 'vitest';
import { expectPart } from '../interop/document.ts';
import { parameterNames, renderParameters } from './parametersTable.ts';

test('docs/deployment.md shows the parameters of serverless.yml with their defaults, and what infra/settings.cjs accepts', () => {
  expectPart('deployment.md', renderParameters());
});

test('the table has a row for what a person sets first', () => {
  expect(parameterNames()).toEqual(expect.arrayContaining(['queues', 'timeoutSeconds', 'memoryMb', 'pools', 'tags']));
  expect(renderParameters()).toMatch(/\| `maxConcurrency` \| `20`; `burst`: `200` \| a whole number from 2 to 1000 /);
});
