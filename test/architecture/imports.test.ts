import { expect, test } from 'vitest';
import { readSource } from './imports.ts';

test('finds every form in which a module can import code', () => {
  const { imports } = readSource(`
    import a from 'default'; import { b } from 'named'; import * as c from 'namespace'; import 'effect';
    export { d } from 'again'; export * from 'all'; export const e = await import('later');
    import f, { type G } from 'mixed';
  `);
  expect(imports).toEqual(
    ['default', 'named', 'namespace', 'effect', 'again', 'all', 'later', 'mixed'].map((specifier) => ({
      specifier,
      kind: 'code',
    })),
  );
});

test('finds every form in which a module can import types, and knows them from code', () => {
  const { imports } = readSource(`
    import type { A } from 'named';
    import type B from "default";
    export type { C } from 'again';
    export type * from 'all';
    let d: import('inline').D;
    function e(f: typeof import('namespace')) {}
  `);
  expect(imports).toEqual(
    ['named', 'default', 'again', 'all', 'inline', 'namespace'].map((specifier) => ({ specifier, kind: 'types' })),
  );
});

test('finds no import in a text, a template or a comment, be it in code or among types', () => {
  const { imports } = readSource(`
    // import 'comment';
    const text = "import 'text'"; const template = \`export const load = () => import('template');\`;
    interface A {
      /** import 'comment among types'; */
      b: string; // from 'another'
    }
  `);
  expect(imports).toEqual([]);
});

test('collects the words of code, keys, texts and types, but not those of comments', () => {
  const { words } = readSource(`
    // in_comment
    interface A { in_type: string }
    export const in_name = { in_key: 'in_text', nested: { in_depth: 1 } };
  `);
  const expected = ['in_depth', 'in_key', 'in_name', 'in_text', 'in_type'];
  expect(new Set([...words].filter((word) => word.startsWith('in_')))).toEqual(new Set(expected));
});

test('finds every use of the clock, of timers and of random values', () => {
  const { timeAndChance } = readSource(`
    import { setTimeout as sleep } from 'node:timers/promises';
    const now = [Date.now(), new Date(), performance.now(), Math.random(), crypto.randomUUID(), AbortSignal.timeout(1)];
    const later = setInterval(() => undefined, 1);
    import { randomUUID } from 'node:crypto';
    // Date.now(), and what is no use of the clock:
    new Date(0); system.now(); system.randomUUID();
  `);
  expect(new Set(timeAndChance)).toEqual(
    new Set([
      ...['setTimeout', 'node:timers/promises', 'Date.now', 'new Date()', 'performance.now', 'Math.random'],
      ...['crypto.randomUUID', 'randomUUID', 'AbortSignal.timeout', 'setInterval'],
    ]),
  );
});
