import { describe, expect, test } from 'vitest';
import { type GeneratedTask, generate } from './generate.ts';
import { staleness } from './staleness.ts';

function task(name: string, plugin = 'p@1.0.0'): GeneratedTask {
  return { name, plugin, module: 'p/tasks', exportName: 'task', options: {}, parameters: { positional: [] } };
}

const generated = generate([task('b.kept'), task('a.kept')], {});

describe('a committed registry', () => {
  test('is up to date if it is the generated one, whatever ends its lines', () => {
    expect(staleness(generated, generated)).toBeUndefined();
    expect(staleness(generated.replaceAll('\n', '\r\n'), generated)).toBeUndefined();
  });

  test('does not depend on the order in which tasks were found', () => {
    expect(generate([task('a.kept'), task('b.kept')], {})).toBe(generated);
  });

  test('is stale by the tasks that it lacks, has too many, or has otherwise', () => {
    const committed = generate([task('a.kept'), task('b.kept', 'p@0.9.0'), task('old'), task("it's")], {});
    const now = generate([task('a.kept'), task('b.kept'), task('brand-new')], {});
    expect(staleness(committed, now)).toEqual({
      added: ['brand-new'],
      removed: ["it's", 'old'],
      changed: ['b.kept'],
      elsewhere: false,
    });
  });

  test('is stale by the settings', () => {
    const committed = generate([task('a.kept'), task('b.kept')], { taskTimeLimit: 5 });
    expect(staleness(committed, generated)).toEqual({ added: [], removed: [], changed: [], elsewhere: true });
  });

  test('without tasks differs from one with tasks by these tasks alone', () => {
    const added = ['a.kept', 'b.kept'];
    expect(staleness(generate([], {}), generated)).toEqual({ added, removed: [], changed: [], elsewhere: false });
    expect(staleness(generated, generate([], {}))).toMatchObject({ removed: added, elsewhere: false });
  });

  test('that is torn by a merge is stale', () => {
    expect(staleness(`<<<<<<< ours\n${generated}`, generated)).toMatchObject({ elsewhere: true });
    expect(staleness('', generated)).toMatchObject({ added: ['a.kept', 'b.kept'], elsewhere: true });
  });
});
