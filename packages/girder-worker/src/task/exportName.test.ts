import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exportNameInSource } from './exportName.ts';

const folder = mkdtempSync(join(tmpdir(), 'girder-worker-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `|` is where the call is: a stack names the position of `task` in `app.task(…)`. */
function nameAt(text: string): string | undefined {
  const file = join(folder, 'tasks.js');
  writeFileSync(file, text.replace('|', ''));
  const before = text.slice(0, text.indexOf('|')).split('\n');
  return exportNameInSource({ file, line: before.length, column: before.at(-1)!.length + 1 });
}

test.each([
  ['export const add = app.|task(() => 1);', 'add'],
  ['export const add = app\n  .|task(() => 1);', 'add'],
  ['const x = 1;\nexport let add =\n  girder.app.|task(function sum() {});', 'add'],
  ['const sum = app.|task(() => 1);\nexport { other, sum as add };', 'add'],
  ['var a=1,t=e.|task(function t(){});export{a,t};', 't'],
  ['export default app.|task(() => 1);', 'default'],
  ['exports.add = app_1.app.|task(() => 1);', 'add'],
])('a module that is loading shows in %j that it exports %s', (text, name) => {
  expect(nameAt(text)).toBe(name);
});

test.each([
  'const add = app.|task(function add() {});',
  'const add = app.|task(function add() {});\nexport { add } from "./other.js";',
  'export const add = wrap(app.|task(function add() {}));',
  'app.|task(function add() {});',
])('a module that is loading does not show in %j under which name it exports the task', (text) => {
  expect(nameAt(text)).toBeUndefined();
});

test('a module without a file shows no name', () => {
  expect(exportNameInSource({ file: join(folder, 'none.js'), line: 1, column: 1 })).toBeUndefined();
});
