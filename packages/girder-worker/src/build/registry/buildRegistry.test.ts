import { describe, expect, test } from 'vitest';
import { createDeployment } from '../../../../../test/fixtures/plugins/deployment.ts';
import { buildRegistry } from './buildRegistry.ts';

describe('the registry', () => {
  test('of a deployment without plugins is empty', async () => {
    using deployment = createDeployment([]);
    const build = await buildRegistry(deployment);
    expect(build).toMatchObject({ plugins: [], tasks: 0, notices: [] });
    expect(build.text).toContain('settings: {},\n  tasks: {},\n} satisfies Registry;');
  });

  test('is the same text each time', async () => {
    using deployment = createDeployment(['gwexample', '@gwexample/text-tools']);
    const [first, second] = [await buildRegistry(deployment), await buildRegistry(deployment)];
    expect(second).toEqual(first);
    expect(first).toMatchObject({ plugins: ['@gwexample/text-tools@0.1.0', 'gwexample@0.1.0'], tasks: 7, notices: [] });
  });

  test('tells of each task its plugin, its options that are data, its parameters, and how to load it', async () => {
    using deployment = createDeployment(['@gwexample/text-tools']);
    const { text } = await buildRegistry(deployment);
    expect(text).toContain(`
    'gwexample.text_tools.editing.joinParagraphs': {
      plugin: '@gwexample/text-tools@0.1.0',
      options: {},
      parameters: { positional: [{ name: 'separator' }], rest: 'paragraphs' },
      load: () => import('@gwexample/text-tools/editing').then((m) => m.joinParagraphs),
    },
`);
  });

  test('has a task once, under the module that defines it, however often it is exported', async () => {
    using deployment = createDeployment(['gwexample', 're-exporting']);
    const names = taskNamesIn((await buildRegistry(deployment)).text);
    expect(names).toEqual([
      'gwexample.analyses.tasks.cancelable',
      'gwexample.analyses.tasks.fibonacci',
      're.half',
      're_exporting.tasks.double',
    ]);
  });

  test('carries the settings that plugins change, and notes those that mean nothing', async () => {
    using deployment = createDeployment(['changing-settings', 'gwexample']);
    const { text, notices } = await buildRegistry(deployment);
    expect(text).toContain(`settings: { taskDefaultQueue: "o'clock", taskTimeLimit: 300 }`);
    expect(notices).toEqual([
      'changing-settings@1.0.0: it changes the setting "workerPoolRestarts", which means nothing here.',
      'changing-settings@1.0.0: taskImports() lists "changing-settings/tasks", which exports no task.',
    ]);
  });

  test('holds names as data, whatever is in them', async () => {
    using deployment = createDeployment(['unusual-names']);
    const { text, notices } = await buildRegistry(deployment);
    expect(text).toContain(`load: () => import('unusual-names/tasks').then((m) => m["');process.exit();('"]),`);
    expect(text).toContain(`    constructor: {\n      plugin: 'unusual-names@1.0.0',`);
    expect(text).toContain(`options: { queue: "it's \\"quoted\\"", ignoreResult: true },`);
    expect(notices).toEqual([
      'unusual-names@1.0.0: unusual_names.tasks.bound takes arguments by place only, as its source cannot be read.',
    ]);
  });
});

function taskNamesIn(text: string): string[] {
  return [...text.matchAll(/^ {4}'(.+)': \{$/gm)].map(([, name]) => name ?? '');
}
