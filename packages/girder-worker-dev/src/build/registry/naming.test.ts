import { describe, expect, test } from 'vitest';
import type { ExportedTask, PluginInspection } from '../plugins/pluginInspection.ts';
import { nameTasks } from './naming.ts';

/** An inspection of plugin `p` that found these tasks; the properties that are left out have defaults. */
function found(...tasks: Partial<ExportedTask>[]): PluginInspection {
  const full = tasks.map((task, index) => ({
    plugin: 'p@1.0.0',
    module: 'p/tasks',
    exportName: 'task',
    identity: index,
    definedAt: `p/tasks.js:${index}`,
    seen: { name: 'p.tasks.task' },
    options: {},
    unsupportedOptions: [],
    source: '() => 0',
    length: 0,
    ...task,
  }));
  return { tasks: full, middleware: [], faults: [], settings: {}, notices: [] };
}

function namesOf(...inspections: PluginInspection[]): { names: string[]; faults: string[] } {
  const { tasks, faults } = nameTasks(inspections);
  return { names: tasks.map(({ name }) => name), faults: faults.map(({ code }) => code) };
}

describe('a task', () => {
  test('is named by its module and export, or by its option `name`', () => {
    const explicit = { exportName: 'other', options: { name: 'my:task/1' }, seen: { name: 'my:task/1' } };
    expect(namesOf(found({}, explicit))).toEqual({ names: ['p.tasks.task', 'my:task/1'], faults: [] });
  });

  test('has one name, even if its plugin exports it several times', () => {
    const again = { module: 'p/all', exportName: 'alias', identity: 0 };
    expect(namesOf(found({}, again))).toEqual({ names: ['p.tasks.task'], faults: [] });
    expect(namesOf(found(again, { identity: 0 }))).toEqual({ names: ['p.tasks.task'], faults: [] });
  });

  test('has one name and one owner, even if another plugin exports it, too', () => {
    const again = { plugin: 'q@1.0.0', module: 'q/tasks', definedAt: 'p/tasks.js:0' };
    const { tasks, faults } = nameTasks([found(again), found({})]);
    expect(tasks.map(({ name, plugin }) => [name, plugin])).toEqual([['p.tasks.task', 'p@1.0.0']]);
    expect(faults).toEqual([]);
  });

  test('with the option `name` is registered once, even if it is exported twice', () => {
    const named = { options: { name: 'mine' }, seen: { name: 'mine' }, identity: 7 };
    expect(namesOf(found(named, { ...named, module: 'p/all' }))).toEqual({ names: ['mine'], faults: [] });
  });
});

describe('a task name is a fault', () => {
  const mine = { options: { name: 'mine' }, seen: { name: 'mine' } };

  test('if several tasks have it, and one fault lists all of them', () => {
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

  test('if a loop gave it to two tasks by the same call of app.task', () => {
    const one = { ...mine, definedAt: 'p/factory.js:1' };
    expect(namesOf(found(one, one)).faults).toEqual(['TASK_NAME_TAKEN']);
  });

  test('if two packages result in the same name because - and _ both become _', () => {
    const dash = found({ module: 'a-b/tasks', seen: { name: 'a_b.tasks.task' }, definedAt: 'a-b' });
    const underscore = found({ module: 'a_b/tasks', seen: { name: 'a_b.tasks.task' }, definedAt: 'a_b' });
    expect(namesOf(dash, underscore).faults).toEqual(['TASK_NAME_TAKEN']);
  });

  test('if programs see another name, which no task has', () => {
    expect(namesOf(found({ seen: { name: 'p.other.task' } })).faults).toEqual(['TASK_NAME_DIFFERS']);
    expect(namesOf(found({ seen: { error: 'it has no name' } })).faults).toEqual(['TASK_NAME_DIFFERS']);
  });

  test('if programs see the name of another task', () => {
    const confused = { exportName: 'b', seen: { name: 'p.tasks.task' } };
    expect(namesOf(found({}, confused))).toEqual({ names: ['p.tasks.task'], faults: ['TASK_NAME_DIFFERS'] });
  });

  test.each([
    ['', 'it is empty'],
    ['two words', 'white space'],
    ['tab\t', 'white space'],
    ['nul\0', 'control character'],
    ['.tasks', 'is empty'],
    ['a..b', 'is empty'],
    ['__proto__', 'JavaScript'],
    [42, 'it is not a string'],
  ])('if it is %j', (name, reason) => {
    const { tasks, faults } = nameTasks([found({ options: { name } as object, seen: { name } as { name: string } })]);
    expect(tasks).toEqual([]);
    expect(faults).toMatchObject([{ code: 'TASK_NAME_INVALID', reason: expect.stringContaining(reason) }]);
  });

  test('if its module is listed by a relative path', () => {
    expect(namesOf(found({ module: './tasks' })).faults).toEqual(['TASK_NAME_INVALID']);
  });
});
