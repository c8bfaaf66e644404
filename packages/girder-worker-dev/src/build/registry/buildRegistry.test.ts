import { describe, expect, test } from 'vitest';
import { createDeployment } from '../../../../../test/support/deployment.ts';
import { buildRegistry } from './buildRegistry.ts';

describe('the registry', () => {
  test('of a deployment without plugins is empty', async () => {
    using deployment = createDeployment([]);
    const build = await buildRegistry(deployment);
    expect(build).toMatchObject({ plugins: [], tasks: 0, notices: [] });
    expect(build.text).toContain('settings: {},\n  tasks: {},\n} satisfies Registry;');
  });

  test('is the same text each time it is built', async () => {
    using deployment = createDeployment(['gwexample', '@gwexample/text-tools']);
    const [first, second] = [await buildRegistry(deployment), await buildRegistry(deployment)];
    expect(second).toEqual(first);
    expect(first).toMatchObject({ plugins: ['@gwexample/text-tools@0.1.0', 'gwexample@0.1.0'], tasks: 7, notices: [] });
  });

  test('holds for each task its plugin, its options that are data, its parameters, and how to load it', async () => {
    using deployment = createDeployment(['@gwexample/text-tools']);
    const { text } = await buildRegistry(deployment);
    expect(text).toContain(`
    "gwexample.text_tools.editing.joinParagraphs": {
      plugin: "@gwexample/text-tools@0.1.0",
      options: {},
      parameters: {
        "positional": [
          {
            "name": "separator"
          }
        ],
        "rest": "paragraphs"
      },
      load: () => import("@gwexample/text-tools/editing").then((m) => m.joinParagraphs),
    },
`);
  });

  test('lists a task once, under the module that defines it, even if it is exported several times', async () => {
    using deployment = createDeployment(['gwexample', 're-exporting']);
    const names = taskNamesIn((await buildRegistry(deployment)).text);
    expect(names).toEqual([
      'gwexample.analyses.tasks.cancelable',
      'gwexample.analyses.tasks.fibonacci',
      're.half',
      're_exporting.tasks.double',
    ]);
  });

  test('holds the settings that plugins change, and reports those that are not supported', async () => {
    using deployment = createDeployment(['changing-settings', 'gwexample']);
    const { text, notices } = await buildRegistry(deployment);
    expect(text).toContain(`settings: {\n    "taskDefaultQueue": "o'clock",\n    "taskTimeLimit": 300\n  }`);
    expect(notices).toEqual([
      'changing-settings@1.0.0: it changes the setting "workerPoolRestarts", which girder-worker does not support: it has no effect.',
      'changing-settings@1.0.0: taskImports() lists "changing-settings/tasks", which exports no task.',
    ]);
  });

  test('holds names of plugins, tasks and exports as data, whatever characters they contain', async () => {
    using deployment = createDeployment(['unusual-names']);
    const { text, notices } = await buildRegistry(deployment);
    expect(text).toContain(`load: () => import("unusual-names/tasks").then((m) => m["');process.exit();('"]),`);
    expect(text).toContain(`    "constructor": {\n      plugin: "unusual-names@1.0.0",`);
    expect(text).toContain(`options: {\n        "queue": "it's \\"quoted\\"",\n        "ignoreResult": true\n      },`);
    expect(notices).toEqual([
      'unusual-names@1.0.0: unusual_names.tasks.bound accepts positional arguments only, because the source of its function cannot be read.',
    ]);
  });
});

describe('the code of a plugin', () => {
  /** Builds with a plugin of this module. */
  async function buildWith(index: string): Promise<string> {
    const manifest = {
      name: 'hostile',
      version: '1.0.0',
      type: 'module',
      exports: { '.': './index.js', './tasks': './tasks.js' },
      entry_points: { girder_worker_plugins: ['hostile = hostile:Plugin'] },
    };
    using deployment = createDeployment([], {
      files: {
        'package.json': '{ "dependencies": { "hostile": "*" } }',
        'node_modules/hostile/package.json': JSON.stringify(manifest),
        'node_modules/hostile/index.js': `${index}
          import { GirderWorkerPluginABC } from 'girder-worker';
          export class Plugin extends GirderWorkerPluginABC { taskImports() { return ['hostile/tasks']; } }`,
        'node_modules/hostile/tasks.js': `import { app } from 'girder-worker/app';
          export const own = app.task(function own() {});`,
      },
    });
    return (await buildRegistry(deployment)).text;
  }

  test('gets no variables of the environment but those of the system and of Node.js', async () => {
    process.env.BUILD_TOKEN = 'secret';
    const reads = 'if (process.env.BUILD_TOKEN !== undefined) throw new Error("it has the token");';
    expect(taskNamesIn(await buildWith(reads))).toEqual(['hostile.tasks.own']);
    delete process.env.BUILD_TOKEN;
  });

  test('cannot answer for the build, also if it replaces process.send', async () => {
    const forged = { tasks: [], faults: [], settings: {}, notices: [] };
    const answers = `
      const nonces = new Set();
      const send = process.send;
      process.send = function (message, ...rest) { nonces.add(message.nonce); return send.call(process, message, ...rest); };
      for (const nonce of [undefined, ...nonces]) send.call(process, { kind: 'inspected', nonce, inspection: ${JSON.stringify(forged)} });`;
    expect(taskNamesIn(await buildWith(answers))).toEqual(['hostile.tasks.own']);
  });
});

function taskNamesIn(text: string): string[] {
  return [...text.matchAll(/^ {4}"(.+)": \{$/gm)].map(([, name]) => name ?? '');
}

describe('a notice', () => {
  async function noticesOf(tasks: string, taskImports = `['quiet/tasks']`): Promise<readonly string[]> {
    const manifest = {
      name: 'quiet',
      version: '1.0.0',
      type: 'module',
      exports: { '.': './index.js', './tasks': './tasks.js', './more': './more.js' },
      entry_points: { girder_worker_plugins: ['quiet = quiet:Plugin'] },
    };
    using deployment = createDeployment(['gwexample'], {
      files: {
        'package.json': '{ "dependencies": { "quiet": "*", "gwexample": "*" } }',
        'node_modules/quiet/package.json': JSON.stringify(manifest),
        'node_modules/quiet/index.js': `
          import { GirderWorkerPluginABC } from 'girder-worker';
          export class Plugin extends GirderWorkerPluginABC { taskImports() { return ${taskImports}; } }`,
        'node_modules/quiet/more.js': `import { app } from 'girder-worker/app';
          export const more = app.task(function more() {});`,
        'node_modules/quiet/tasks.js': `import { app } from 'girder-worker/app';
${tasks}`,
      },
    });
    return (await buildRegistry(deployment)).notices;
  }
  const exported = 'export const add = app.task(function add(a, b) { return a + b; });';

  test('names file and line of a task that is not exported', async () => {
    expect(await noticesOf(`${exported}\nconst hidden = app.task(function hidden() {});`)).toEqual([
      expect.stringMatching(
        /^quiet@1\.0\.0: The task "hidden" in .*quiet\/tasks\.js:3 is not in the registry: .*Export it, or list its module\.$/,
      ),
    ]);
  });

  test('names a task of a module that is imported, but not listed', async () => {
    expect(await noticesOf(`${exported}\nimport 'quiet/more';`)).toEqual([
      expect.stringMatching(/The task "more" in .*quiet\/more\.js:2 is not in the registry/),
    ]);
  });

  test('says that taskImports() lists no module', async () => {
    expect(await noticesOf(exported, '[]')).toEqual(['quiet@1.0.0: taskImports() of Plugin lists no module.']);
  });

  test('is not given for the tasks of another package, which a task may send', async () => {
    expect(await noticesOf(`${exported}\nimport 'gwexample/analyses/tasks';`)).toEqual([]);
  });
});
