import { describe, expect, test } from 'vitest';
import { type GeneratedTask, generate } from './generate.ts';
import { staleness } from './staleness.ts';

function task(name: string, plugin = 'p@1.0.0'): GeneratedTask {
  return { name, plugin, module: 'p/tasks', exportName: 'task', options: {}, parameters: { positional: [] } };
}

const generated = generate([task('b.kept'), task('a.kept')], {});

describe('a committed registry', () => {
  test('is up to date if it is the generated one, with line ends of any kind', () => {
    expect(staleness(generated, generated)).toBeUndefined();
    expect(staleness(generated.replaceAll('\n', '\r\n'), generated)).toBeUndefined();
  });

  test('does not depend on the order in which the plugins list their tasks', () => {
    expect(generate([task('a.kept'), task('b.kept')], {})).toBe(generated);
  });

  test('is stale if tasks were added, removed or changed, and these are named', () => {
    const committed = generate([task('a.kept'), task('b.kept', 'p@0.9.0'), task('old'), task("it's")], {});
    const now = generate([task('a.kept'), task('b.kept'), task('brand-new')], {});
    expect(staleness(committed, now)).toEqual({
      added: ['brand-new'],
      removed: ["it's", 'old'],
      changed: ['b.kept'],
      elsewhere: false,
    });
  });

  test('is stale if the settings differ', () => {
    const committed = generate([task('a.kept'), task('b.kept')], { taskTimeLimit: 5 });
    expect(staleness(committed, generated)).toEqual({ added: [], removed: [], changed: [], elsewhere: true });
  });

  test('without tasks differs from one with tasks only by these tasks', () => {
    const added = ['a.kept', 'b.kept'];
    expect(staleness(generate([], {}), generated)).toEqual({ added, removed: [], changed: [], elsewhere: false });
    expect(staleness(generated, generate([], {}))).toMatchObject({ removed: added, elsewhere: false });
  });

  test('of the form that earlier versions wrote is stale by its form, and by the tasks that differ', () => {
    const earlier = generated
      .replace('"a.kept": {', "'a.kept': {")
      .replace('"b.kept": {', 'kept: {')
      .replaceAll('plugin: "p@1.0.0"', "plugin: 'p@1.0.0'")
      .replaceAll('parameters: {\n        "positional": []\n      }', 'parameters: { positional: [] }')
      .replaceAll('import("p/tasks")', "import('p/tasks')");
    const differences = { added: ['b.kept'], removed: ['kept'], changed: [] };
    expect(staleness(earlier, generated)).toEqual({ ...differences, elsewhere: true });
    const otherPlugin = earlier.replace('p@1.0.0', 'p@0.9.0');
    expect(staleness(otherPlugin, generated)).toEqual({ ...differences, changed: ['a.kept'], elsewhere: false });
  });

  test('that is torn by a merge is stale', () => {
    expect(staleness(`<<<<<<< ours\n${generated}`, generated)).toMatchObject({ elsewhere: true });
    expect(staleness('', generated)).toMatchObject({ added: ['a.kept', 'b.kept'], elsewhere: true });
  });
});
