import { describe, expect, test } from 'vitest';
import { createDeployment, type TemporaryFolder } from '../../../../../test/support/deployment.ts';
import { buildRegistry } from '../registry/buildRegistry.ts';
import type { FaultCode } from './faults.ts';
import { RegistryBuildError } from './registryBuildError.ts';

interface Cause {
  readonly plugins: readonly string[];
  readonly missing?: readonly string[];
  readonly says: RegExp;
}

/** For each code: the fixture plugins that cause the fault, and what its message says. */
const causes: Readonly<Record<Exclude<FaultCode, 'ROOT_UNREADABLE' | 'TYPESCRIPT_NOT_BUILT'>, Cause>> = {
  DEPENDENCY_UNRESOLVABLE: {
    plugins: [],
    missing: ['not-installed'],
    says: /'not-installed'.*not in node_modules.*npm install/,
  },
  ENTRY_POINT_MALFORMED: {
    plugins: ['entry-point-malformed'],
    says: /'entry-point-malformed: Plugin': it has no "=".*name = module:Class/,
  },
  MODULE_UNRESOLVABLE: {
    plugins: ['module-unresolvable'],
    says: /'module-unresolvable\/plugin', which cannot be found: .*not defined by "exports"/,
  },
  MODULE_FAILED: {
    plugins: ['module-failed'],
    says: /import of the module .* failed.*this module never loads.*module-failed\/index\.js/s,
  },
  EXPORT_MISSING: {
    plugins: ['export-missing'],
    says: /'Plugn', which 'export-missing' does not export; its exports are: 'Plugin'/,
  },
  NOT_A_PLUGIN_CLASS: {
    plugins: ['not-a-plugin-class'],
    says: /is not a plugin class but another class.*extends GirderWorkerPluginABC/,
  },
  PLUGIN_CONSTRUCTOR_FAILED: {
    plugins: ['plugin-constructor-failed'],
    says: /constructor of 'Plugin'.*the licence has run out/s,
  },
  TASK_IMPORTS_FAILED: {
    plugins: ['task-imports-failed'],
    says: /array of import specifiers.*It returned \{ tasks: 'task-imports-failed\/tasks' \}/s,
  },
  TASK_MODULE_UNRESOLVABLE: {
    plugins: ['task-module-unresolvable'],
    says: /lists the module 'task-module-unresolvable\/missing', which cannot be imported/,
  },
  TASK_MODULE_FAILED: {
    plugins: ['task-module-failed'],
    says: /'task-module-failed\/tasks'.*RangeError: no model at \/models\/default.*tasks\.js:1/s,
  },
  TASK_MODULE_COMMON_JS: {
    plugins: ['task-module-common-js'],
    says: /'task-module-common-js\/tasks'.*is CommonJS.*"type": "module"/,
  },
  TASK_NAME_TAKEN: {
    plugins: ['gwexample', 'task-name-taken'],
    says: /'gwexample\.analyses\.tasks\.fibonacci': 'fibonacci' of 'gwexample\/analyses\/tasks' \(gwexample@.*\); 'faster' of 'task-name-taken\/tasks' \(task-name-taken@1/,
  },
  TASK_NAME_INVALID: {
    plugins: ['task-name-invalid'],
    says: /'resize an image', which is not a valid task name: it contains white space/,
  },
  TASK_NAME_DIFFERS: {
    plugins: ['task-name-differs'],
    says: /would have the name 'task_name_differs\.all\.double', but a program that imports it sees the name 'task_name_differs\.tasks\.double'.*In taskImports\(\), list the module that defines the task/,
  },
  OPTION_UNSUPPORTED: {
    plugins: ['option-unsupported'],
    says: /'option_unsupported\.tasks\.resize', 'resize' of 'option-unsupported\/tasks' \(option-unsupported@1\.0\.0\), has the option rateLimit with the value '10\/m', which is not supported.*Remove the option.*maxConcurrency/,
  },
  PLUGIN_CHILD_DIED: {
    plugins: ['plugin-child-died'],
    says: /exit code 3\) during the import of 'plugin-child-died\/tasks'.*no configuration: giving up/s,
  },
  PLUGIN_CHILD_TIMED_OUT: {
    plugins: ['plugin-child-timed-out'],
    says: /no progress for 3 s during the import of 'plugin-child-timed-out\/tasks'.*waiting for the server/s,
  },
};

const stepLimitMs = 3000;

describe('the registry is not built', () => {
  test.for(Object.entries(causes))(
    'if there is the fault %s, and the message explains it',
    async ([code, { says, ...content }]) => {
      using deployment = createDeployment(content.plugins, content);
      const error = await faultsOf(deployment.root);
      expect(error.faults.map((fault) => fault.code)).toEqual([code]);
      expect(error.message).toMatch(says);
    },
  );

  test('if there is the fault ROOT_UNREADABLE, and the message explains it', async () => {
    using deployment = createDeployment([]);
    const error = await faultsOf(`${deployment.root}/elsewhere`);
    expect(error.faults).toMatchObject([{ code: 'ROOT_UNREADABLE' }]);
    expect(error.message).toMatch(/elsewhere\/package\.json cannot be read: ENOENT.*--root/);
  });

  test('if a task module re-exports a task from a module that no program can import', async () => {
    using deployment = createDeployment(['exporting-from-private-modules']);
    const { faults, message } = await faultsOf(deployment.root);
    expect(faults).toMatchObject([{ code: 'TASK_NAME_DIFFERS', seen: { error: expect.any(String) } }]);
    expect(message).toContain("app.task({ name: 'exporting_from_private_modules.tasks.resize' }, …)");
  });

  test('if a task module is listed by another name than the first one in the exports of its package', async () => {
    using deployment = createDeployment(['exported-twice']);
    const { faults } = await faultsOf(deployment.root);
    expect(faults).toMatchObject([{ code: 'TASK_NAME_DIFFERS', seen: { name: 'exported_twice.first.double' } }]);
  });

  test.each(['index', 'tasks'])(
    'if the plugin was packed with its TypeScript %s, and the fault names file and way out',
    async (unbuilt) => {
      const end = (name: string) => (name === unbuilt ? 'ts' : 'js');
      const manifest = {
        name: 'unbuilt',
        version: '1.0.0',
        type: 'module',
        exports: { '.': `./index.${end('index')}`, './tasks': `./tasks.${end('tasks')}` },
        entry_points: { girder_worker_plugins: ['unbuilt = unbuilt:UnbuiltPlugin'] },
      };
      using deployment = createDeployment([], {
        missing: ['unbuilt'],
        files: {
          'node_modules/unbuilt/package.json': JSON.stringify(manifest),
          [`node_modules/unbuilt/index.${end('index')}`]: `import { GirderWorkerPluginABC } from 'girder-worker';
          export class UnbuiltPlugin extends GirderWorkerPluginABC { taskImports() { return ['unbuilt/tasks']; } }`,
          [`node_modules/unbuilt/tasks.${end('tasks')}`]: `import { app } from 'girder-worker/app';
          export const add = app.task(function add(a, b) { return a + b; });`,
        },
      });
      const file = `${deployment.root}/node_modules/unbuilt/${unbuilt}.ts`;
      await expect(buildRegistry(deployment)).rejects.toThrow(
        new RegExp(`\\[TYPESCRIPT_NOT_BUILT\\] .*is the TypeScript file ${file}.*Compile the plugin`),
      );
    },
  );

  test('if a plugin lists a module that the plugin can import, but the dispatcher cannot', async () => {
    const inner = 'node_modules/outer/node_modules/inner';
    using deployment = createDeployment([], {
      files: {
        'package.json': '{ "dependencies": { "outer": "*" } }',
        'node_modules/outer/package.json':
          '{ "type": "module", "exports": "./index.js", "entry_points": { "girder_worker_plugins": ["o = outer:Plugin"] } }',
        'node_modules/outer/index.js': `
          import { GirderWorkerPluginABC } from 'girder-worker';
          export class Plugin extends GirderWorkerPluginABC { taskImports() { return ['inner']; } }`,
        [`${inner}/package.json`]: '{ "type": "module", "exports": "./index.js" }',
        [`${inner}/index.js`]: '',
      },
    });
    const { faults } = await faultsOf(deployment.root);
    expect(faults).toMatchObject([
      {
        code: 'TASK_MODULE_UNRESOLVABLE',
        reason: expect.stringContaining('the plugin can resolve it, but the dispatcher cannot'),
      },
    ]);
  });

  test.each([
    ['5', '5'],
    ['() => 5', '[Function: rateLimit]'],
  ])('if a task has the option rateLimit: %s, even if it is not data', async (rateLimit, value) => {
    using deployment = createLimitedDeployment(rateLimit);
    const { faults } = await faultsOf(deployment.root);
    expect(faults).toMatchObject([{ code: 'OPTION_UNSUPPORTED', option: 'rateLimit', value }]);
  });

  test('if there are faults of every kind, and all are reported at once', { timeout: 120_000 }, async () => {
    const all = Object.values(causes);
    const plugins = new Set(all.flatMap((cause) => cause.plugins));
    using deployment = createDeployment([...plugins], { missing: all.flatMap(({ missing = [] }) => missing) });
    const error = await faultsOf(deployment.root);
    expect(error.faults).toHaveLength(all.length);
    expect(new Set(error.faults.map((fault) => fault.code))).toEqual(new Set(Object.keys(causes)));
    for (const { says } of all) expect(error.message).toMatch(says);
    expect(error.message).toMatch(/^The registry cannot be built: 17 faults\.\n1\. \[/);
  });
});

test('the registry is built if the option rateLimit is null, which means no limit in Celery', async () => {
  using deployment = createLimitedDeployment('null');
  expect(await buildRegistry(deployment)).toMatchObject({ tasks: 1 });
});

/** A deployment with one task, which has the option `rateLimit` with the value of this expression. */
function createLimitedDeployment(rateLimit: string): TemporaryFolder {
  const manifest = {
    name: 'limited',
    type: 'module',
    exports: { '.': './index.js', './tasks': './tasks.js' },
    entry_points: { girder_worker_plugins: ['limited = limited:Plugin'] },
  };
  return createDeployment([], {
    files: {
      'package.json': '{ "dependencies": { "limited": "*" } }',
      'node_modules/limited/package.json': JSON.stringify(manifest),
      'node_modules/limited/index.js': `
        import { GirderWorkerPluginABC } from 'girder-worker';
        export class Plugin extends GirderWorkerPluginABC { taskImports() { return ['limited/tasks']; } }`,
      'node_modules/limited/tasks.js': `
        import { app } from 'girder-worker/app';
        export const add = app.task({ rateLimit: ${rateLimit} }, (a, b) => a + b);`,
    },
  });
}

async function faultsOf(root: string): Promise<RegistryBuildError> {
  const error = await buildRegistry({ root, stepLimitMs }).catch((thrown: unknown) => thrown);
  if (!(error instanceof RegistryBuildError)) throw new Error('The registry was built.', { cause: error });
  return error;
}
