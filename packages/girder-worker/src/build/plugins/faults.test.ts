import { describe, expect, test } from 'vitest';
import { createDeployment } from '../../../../../test/fixtures/plugins/deployment.ts';
import { buildRegistry } from '../registry/buildRegistry.ts';
import type { FaultCode } from './faults.ts';
import { RegistryBuildError } from './registryBuildError.ts';

interface Cause {
  readonly plugins: readonly string[];
  readonly missing?: readonly string[];
  readonly says: RegExp;
}

/** For each reason for which there is no registry: the fixture that has it, and what its message has to say. */
const causes: Readonly<Record<Exclude<FaultCode, 'ROOT_UNREADABLE'>, Cause>> = {
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
    says: /fails when it is imported.*this module never loads.*module-failed\/index\.js/s,
  },
  EXPORT_MISSING: {
    plugins: ['export-missing'],
    says: /'Plugn', which 'export-missing' does not export; it exports 'Plugin'/,
  },
  NOT_A_PLUGIN_CLASS: {
    plugins: ['not-a-plugin-class'],
    says: /is not a plugin class but another class.*has to extend GirderWorkerPluginABC/,
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
    says: /lists 'task-module-unresolvable\/missing', which cannot be imported/,
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
    says: /'resize an image', which is not a task name: there is white space/,
  },
  TASK_NAME_DIFFERS: {
    plugins: ['task-name-differs'],
    says: /would be named 'task_name_differs\.all\.double', but a program that imports it sees 'task_name_differs\.tasks\.double'.*List in taskImports\(\) the module that defines it/,
  },
  PLUGIN_CHILD_DIED: {
    plugins: ['plugin-child-died'],
    says: /exit code 3\) while 'plugin-child-died\/tasks' was imported.*no configuration: giving up/s,
  },
  PLUGIN_CHILD_TIMED_OUT: {
    plugins: ['plugin-child-timed-out'],
    says: /no progress for 3 s while 'plugin-child-timed-out\/tasks' was imported.*waiting for the server/s,
  },
};

const stepLimitMs = 3000;

describe('a registry is not built', () => {
  test.for(Object.entries(causes))(
    'where there is %s, and the message says so',
    async ([code, { says, ...content }]) => {
      using deployment = createDeployment(content.plugins, content);
      const error = await faultsOf(deployment.root);
      expect(error.faults.map((fault) => fault.code)).toEqual([code]);
      expect(error.message).toMatch(says);
    },
  );

  test('where there is ROOT_UNREADABLE, and the message says so', async () => {
    using deployment = createDeployment([]);
    const error = await faultsOf(`${deployment.root}/elsewhere`);
    expect(error.faults).toMatchObject([{ code: 'ROOT_UNREADABLE' }]);
    expect(error.message).toMatch(/elsewhere\/package\.json cannot be read: ENOENT.*--root/);
  });

  test('where a task module only passes on what a module exports that no program can import', async () => {
    using deployment = createDeployment(['exporting-from-private-modules']);
    const { faults, message } = await faultsOf(deployment.root);
    expect(faults).toMatchObject([{ code: 'TASK_NAME_DIFFERS', seen: { error: expect.any(String) } }]);
    expect(message).toContain("app.task({ name: 'exporting_from_private_modules.tasks.resize' }, …)");
  });

  test('where a task module is listed by another than the first name that its package gives it', async () => {
    using deployment = createDeployment(['exported-twice']);
    const { faults } = await faultsOf(deployment.root);
    expect(faults).toMatchObject([{ code: 'TASK_NAME_DIFFERS', seen: { name: 'exported_twice.first.double' } }]);
  });

  test('where a plugin lists a module that only it can import, and not the dispatcher', async () => {
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
        reason: expect.stringContaining('the plugin finds it, but the dispatcher does not'),
      },
    ]);
  });

  test('where there are faults of every kind, and all are reported at once', { timeout: 30_000 }, async () => {
    const all = Object.values(causes);
    const plugins = new Set(all.flatMap((cause) => cause.plugins));
    using deployment = createDeployment([...plugins], { missing: all.flatMap(({ missing = [] }) => missing) });
    const error = await faultsOf(deployment.root);
    expect(error.faults).toHaveLength(all.length);
    expect(new Set(error.faults.map((fault) => fault.code))).toEqual(new Set(Object.keys(causes)));
    for (const { says } of all) expect(error.message).toMatch(says);
    expect(error.message).toMatch(/^The registry cannot be built: 16 faults\.\n1\. \[/);
  });
});

async function faultsOf(root: string): Promise<RegistryBuildError> {
  const error = await buildRegistry({ root, stepLimitMs }).catch((thrown: unknown) => thrown);
  if (!(error instanceof RegistryBuildError)) throw new Error('The registry was built.', { cause: error });
  return error;
}
