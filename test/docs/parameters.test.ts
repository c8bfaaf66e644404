import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { close, open, parameterNames, renderParameters } from './parametersTable.ts';

const page = fileURLToPath(new URL('../../docs/deployment.md', import.meta.url));

test('docs/deployment.md shows the parameters of serverless.yml with their defaults, and what infra/settings.cjs accepts', () => {
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(open), text.indexOf(close) + close.length];
  if (process.env.UPDATE_DOCS === '1') writeFileSync(page, text.slice(0, from) + renderParameters() + text.slice(to));
  const shown = readFileSync(page, 'utf8');
  expect(shown.slice(from, shown.indexOf(close) + close.length), 'run this test with UPDATE_DOCS=1').toBe(
    renderParameters(),
  );
});

test('the table has a row for what a person sets first', () => {
  expect(parameterNames()).toEqual(expect.arrayContaining(['queues', 'timeoutSeconds', 'memoryMb', 'pools', 'tags']));
  expect(renderParameters()).toMatch(/\| `maxConcurrency` \| `20`; `burst`: `200` \| a whole number from 2 to 1000 /);
});
