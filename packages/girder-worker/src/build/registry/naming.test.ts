import { describe, expect, test } from 'vitest';
import type { ExportedTask, PluginInspection } from '../plugins/pluginInspection.ts';
import { nameTasks } from './naming.ts';

/** What an inspection of plugin `p` found: tasks of which only what matters is given. */
function found(...tasks: Partial<ExportedTask>[]): PluginInspection {
  const full = tasks.map((task, index) => ({
    plugin: 'p@1.0.0',
    module: 'p/tasks',
    exportName: 'task',
    identity: index,
    definedAt: `p/tasks.js:${index}`,
    seen: { name: 'p.tasks.task' },
    options: {},
    source: '() => 0',
    length: 0,
    ...task,
  }));
  return { tasks: full, faults: [], settings: {}, notices: [] };
}

function namesOf(...inspections: PluginInspection[]): { names: string[]; faults: string[] } {
  const { tasks, faults } = nameTasks(inspections);
  return { names: tasks.map(({ name }) => name), faults: faults.map(({ code }) => code) };
}

describe('a task', () => {
  test('is named by its module and its export, or as it says itself', () => {
    const explicit = { exportName: 'other', options: { name: 'my:task/1' }, seen: { name: 'my:task/1' } };
    expect(namesOf(found({}, explicit))).toEqual({ names: ['p.tasks.task', 'my:task/1'], faults: [] });
  });

  test('has one name, however often a plugin exports it', () => {
    const again = { module: 'p/all', exportName: 'alias', identity: 0 };
    expect(namesOf(found({}, again))).toEqual({ names: ['p.tasks.task'], faults: [] });
    expect(namesOf(found(again, { identity: 0 }))).toEqual({ names: ['p.tasks.task'], faults: [] });
  });

  test('has one name and one owner when another plugin exports it once more', () => {
    const again = { plugin: 'q@1.0.0', module: 'q/tasks', definedAt: 'p/tasks.js:0' };
    const { tasks, faults } = nameTasks([found(again), found({})]);
    expect(tasks.map(({ name, plugin }) => [name, plugin])).toEqual([['p.tasks.task', 'p@1.0.0']]);
    expect(faults).toEqual([]);
  });

  test('of its own name is registered once when it is exported twice', () => {
    const named = { options: { name: 'mine' }, seen: { name: 'mine' }, identity: 7 };
    expect(namesOf(found(named, { ...named, module: 'p/all' }))).toEqual({ names: ['mine'], faults: [] });
  });
});

describe('a name is a fault', () => {
  const mine = { options: { name: 'mine' }, seen: { name: 'mine' } };

  test('where two tasks have it, and all its owners are told at once', () => {
    const { faults } = nameTasks([found(mine, { ...mine, exportName: 'second' }, { ...mine, exportName: 'third' })]);
    expect(faults).toEqual([
      {
        code: 'TASK_NAME_TAKEN',
        task: 'mine',
        owners: ['task', 'second', 'third'].map((exportName) => ({
          plugin: 'p@1.0.0',
          module: 'p/tasks',
          exportName,
        })),
      },
    ]);
  });

  test('where a loop gave it to two tasks by the same call of app.task', () => {
    const one = { ...mine, definedAt: 'p/factory.js:1' };
    expect(namesOf(found(one, one)).faults).toEqual(['TASK_NAME_TAKEN']);
  });

  test('where two packages come to it, as names do not tell - from _', () => {
    const dash = found({ module: 'a-b/tasks', seen: { name: 'a_b.tasks.task' }, definedAt: 'a-b' });
    const underscore = found({ module: 'a_b/tasks', seen: { name: 'a_b.tasks.task' }, definedAt: 'a_b' });
    expect(namesOf(dash, underscore).faults).toEqual(['TASK_NAME_TAKEN']);
  });

  test('where programs see another, and no task has that one', () => {
    expect(namesOf(found({ seen: { name: 'p.other.task' } })).faults).toEqual(['TASK_NAME_DIFFERS']);
    expect(namesOf(found({ seen: { error: 'it has no name' } })).faults).toEqual(['TASK_NAME_DIFFERS']);
  });

  test('where programs see that of another task', () => {
    const confused = { exportName: 'b', seen: { name: 'p.tasks.task' } };
    expect(namesOf(found({}, confused))).toEqual({ names: ['p.tasks.task'], faults: ['TASK_NAME_DIFFERS'] });
  });

  test.each([
    ['', 'it is empty'],
    ['two words', 'white space'],
    ['tab\t', 'white space'],
    ['nul\0', 'control character'],
    ['.tasks', 'nothing stands'],
    ['a..b', 'nothing stands'],
    ['__proto__', 'JavaScript'],
    [42, 'a name is a string'],
  ])('where it is %j', (name, reason) => {
    const { tasks, faults } = nameTasks([found({ options: { name } as object, seen: { name } as { name: string } })]);
    expect(tasks).toEqual([]);
    expect(faults).toMatchObject([{ code: 'TASK_NAME_INVALID', reason: expect.stringContaining(reason) }]);
  });

  test('where its module is listed by a relative path', () => {
    expect(namesOf(found({ module: './tasks' })).faults).toEqual(['TASK_NAME_INVALID']);
  });
});
