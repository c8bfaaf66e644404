import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonVenv, requirePython } from '../support/requirements.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type CeleryStack, startCeleryStack } from './celeryStack.ts';
import { acceptedDifferences, byDesign, onlyOurs } from './differences.ts';
import { differencesDocument, type Send } from './differencesDocument.ts';
import { expectDocument } from './document.ts';
import { PythonSession, pythonEnvironment } from './pythonSession.ts';
import { scenarios } from './scenarios.ts';
import { differencesOf, type FieldDifference, type StoredItem } from './storedItems.ts';
import { latestCelery } from './versions.ts';

/** Long enough for each result that Celery stores. Short, because the test waits this long for a result that it never stores. */
const timeoutSeconds = '5';

describe.skipIf(!requirePython())(`a worker of Celery ${latestCelery} and girder-worker`, () => {
  let celery: CeleryStack;
  let ours: Stack;
  let toCelery: PythonSession;
  let toOurs: PythonSession;

  beforeAll(async () => {
    const python = await pythonVenv(latestCelery);
    [celery, ours] = await Promise.all([startCeleryStack(python), startStack({ plugins: ['gwexample', 'labtasks'] })]);
    toCelery = new PythonSession(python, { ...celery.env, LAB_TIMEOUT: timeoutSeconds });
    toOurs = new PythonSession(python, pythonEnvironment(ours.env, ours.emulators));
    // The first task of a worker takes longer.
    await Promise.all([toCelery.call('sends.success'), toOurs.call('sends.success')]).catch(() => undefined);
  }, 300_000);

  afterAll(async () => {
    await Promise.all([toCelery?.end(), toOurs?.end()]);
    await Promise.all([celery?.stop(), ours?.stop()]);
  });

  test.each(sends().map((send) => [send.sentence, send] as const))(
    'store the same result for %s, except for the documented differences',
    async (_sentence, { name }) => {
      const [theirs, mine] = await Promise.all([toCelery, toOurs].map((session) => session.call(`sends.${name}`)));
      const found = differencesOf(theirs as StoredItem[], mine as StoredItem[]);
      expect(
        found.filter((difference) => !isAccepted(difference, name)),
        'differences that are not documented',
      ).toEqual([]);
      const fields = new Set(found.map(({ field }) => field));
      expect(
        expectedFields(name).filter((field) => !fields.has(field)),
        'documented differences that were not found',
      ).toEqual([]);
    },
    60_000,
  );

  test.each(onlyOurs.map(({ scenario }) => [sentenceOf(scenario), scenario]))(
    'differ in one scenario, which only girder-worker supports: %s',
    async (_sentence, name) => {
      await toOurs.run({ name });
      await expect(toCelery.run({ name })).rejects.toThrow();
    },
    60_000,
  );

  test('differ in behaviour as scenarios show that have run in celery.test.ts', () => {
    expect(byDesign.map(({ shownBy }) => sentenceOf(shownBy))).toHaveLength(byDesign.length);
  });

  test('differ as docs/celery-differences.md says', () => {
    expectDocument('celery-differences.md', differencesDocument(sends(), sentenceOf));
  });
});

function isAccepted({ field }: FieldDifference, send: string): boolean {
  return acceptedDifferences.some(
    ({ fields, sends }) => fields.includes(field) && (sends === 'any' || sends.includes(send)),
  );
}

function expectedFields(send: string): string[] {
  return acceptedDifferences.flatMap(({ fields, sends }) => (sends !== 'any' && sends.includes(send) ? fields : []));
}

function sends(): Send[] {
  const source = readFileSync(new URL('sends.py', import.meta.url), 'utf8');
  return [...source.matchAll(/^@send\("(.+)"\)\ndef (\w+)\(\):$/gm)].map(([, sentence = '', name = '']) => ({
    name,
    sentence,
  }));
}

function sentenceOf(scenario: string): string {
  const found = [...scenarios().values()].flat().find(({ name }) => name === scenario);
  if (!found) throw new Error(`There is no scenario ${scenario}.`);
  return found.sentence;
}
