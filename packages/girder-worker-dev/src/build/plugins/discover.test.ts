import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDeployment } from '../../../../../test/support/deployment.ts';
import { discover } from './discover.ts';

/** The text of a package.json with this content. */
function manifest(content: object): string {
  return JSON.stringify({ version: '1.2.3', ...content });
}

function declaring(entryPoints: unknown): object {
  return { entry_points: { girder_worker_plugins: entryPoints } };
}

describe('discovering plugins', () => {
  test('finds the direct dependencies that declare entry points, sorted, and ignores other dependencies', () => {
    using deployment = createDeployment(['gwexample', '@gwexample/text-tools']);
    const { plugins, faults } = discover(deployment.root);
    expect(plugins.map(({ id, entryPoint }) => [id, entryPoint])).toEqual([
      [
        '@gwexample/text-tools@0.1.0',
        { name: 'text_tools', module: '@gwexample/text-tools', pluginClass: 'TextToolsPlugin' },
      ],
      ['gwexample@0.1.0', { name: 'gwexample', module: 'gwexample', pluginClass: 'GWExamplePlugin' }],
    ]);
    expect(faults).toEqual([]);
  });

  test('finds a dependency that is installed in a folder further up, as in a workspace', () => {
    using deployment = createDeployment(['gwexample'], {
      files: { 'apps/worker/package.json': manifest({ dependencies: { gwexample: '*' } }) },
    });
    expect(discover(join(deployment.root, 'apps/worker')).plugins).toHaveLength(1);
  });

  test('finds the entry points of a package whose exports do not include its package.json', () => {
    using deployment = createDeployment([], {
      files: {
        'package.json': manifest({ dependencies: { hidden: '*' } }),
        'node_modules/hidden/package.json': manifest({ exports: './index.js', ...declaring(['h = hidden:Plugin']) }),
      },
    });
    expect(discover(deployment.root)).toMatchObject({ plugins: [{ id: 'hidden@1.2.3' }], faults: [] });
  });

  test('ignores the entry points of development dependencies and of their dependencies', () => {
    using deployment = createDeployment(['gwexample']);
    writeFileSync(join(deployment.root, 'package.json'), manifest({ devDependencies: { gwexample: '*' } }));
    const { plugins, faults, notices } = discover(deployment.root);
    expect({ plugins, faults }).toEqual({ plugins: [], faults: [] });
    expect(notices).toEqual([
      expect.stringMatching(/The plugin gwexample is among the "devDependencies" of .*package\.json/),
    ]);
  });

  test('accepts several entry points of one package, and a single one without a list', () => {
    using deployment = createDeployment([], {
      files: {
        'package.json': manifest({ dependencies: { one: '*', two: '*' } }),
        'node_modules/one/package.json': manifest(declaring('only = one:Plugin')),
        'node_modules/two/package.json': manifest(declaring(['b = two:B', 'a = two:A'])),
      },
    });
    const { plugins } = discover(deployment.root);
    expect(plugins.map(({ entryPoint }) => entryPoint.name)).toEqual(['only', 'b', 'a']);
  });

  test('reports every malformed entry point, and reads the others', () => {
    using deployment = createDeployment([], {
      files: {
        'package.json': manifest({ dependencies: { mixed: '*' } }),
        'node_modules/mixed/package.json': manifest(declaring([{ a: 1 }, 'good = mixed:Plugin', 'bad'])),
      },
    });
    const { plugins, faults } = discover(deployment.root);
    expect(plugins).toHaveLength(1);
    expect(faults).toMatchObject([
      { code: 'ENTRY_POINT_MALFORMED', plugin: 'mixed@1.2.3', entryPoint: '{"a":1}' },
      { code: 'ENTRY_POINT_MALFORMED', plugin: 'mixed@1.2.3', entryPoint: 'bad' },
    ]);
  });

  test.each(['../outside', '@scope', '@scope/../../outside', '.hidden', 'a/b', ''])(
    'does not search outside node_modules for a dependency named %j',
    (name) => {
      using deployment = createDeployment([]);
      mkdirSync(join(deployment.root, 'outside'));
      writeFileSync(join(deployment.root, 'outside/package.json'), manifest(declaring(['p = outside:Plugin'])));
      writeFileSync(join(deployment.root, 'package.json'), manifest({ dependencies: { [name]: '*' } }));
      expect(discover(deployment.root)).toMatchObject({
        plugins: [],
        faults: [{ code: 'DEPENDENCY_UNRESOLVABLE', reason: 'it is not a valid package name' }],
      });
    },
  );

  test('reports a root package.json that is not JSON', () => {
    using deployment = createDeployment([], { files: { 'package.json': '{ "dependencies": ' } });
    expect(discover(deployment.root).faults).toMatchObject([{ code: 'ROOT_UNREADABLE' }]);
  });

  test('reports an installed dependency whose package.json is not JSON', () => {
    using deployment = createDeployment([], {
      files: {
        'package.json': manifest({ dependencies: { torn: '*' } }),
        'node_modules/torn/package.json': '{',
      },
    });
    expect(discover(deployment.root).faults).toMatchObject([{ code: 'DEPENDENCY_UNRESOLVABLE', dependency: 'torn' }]);
  });
});

describe('a notice names the package.json and the mistake', () => {
  function noticesFor(content: object): readonly string[] {
    using deployment = createDeployment([], {
      files: {
        'package.json': manifest({ dependencies: { tasks: '*' } }),
        'node_modules/tasks/package.json': manifest(content),
      },
    });
    return discover(deployment.root).notices;
  }
  const declared = { girder_worker_plugins: ['t = tasks:Plugin'] };

  test.each(['entrypoints', 'entryPoints', 'entry-points', 'entry_point', 'EntryPoints', 'enrty_points'])(
    'for the key %s',
    (key) => {
      expect(noticesFor({ [key]: declared })).toEqual([
        expect.stringMatching(
          new RegExp(`tasks/package\\.json has "${key}", which is not read\\. Did you mean "entry_points"\\?`),
        ),
      ]);
    },
  );

  test.each(['girder_worker_plugin', 'girder-worker-plugins', 'girderWorkerPlugins', 'girder_worker_plguins'])(
    'for the group %s',
    (group) => {
      expect(noticesFor({ entry_points: { [group]: ['t = tasks:Plugin'] } })).toEqual([
        expect.stringMatching(new RegExp(`has the group "${group}" .* Did you mean "girder_worker_plugins"\\?`)),
      ]);
    },
  );

  test.each(['dependencies', 'peerDependencies'])(
    'for no entry point in a package with girder-worker among its %s',
    (key) => {
      expect(noticesFor({ [key]: { 'girder-worker': '*' } })).toEqual([
        expect.stringMatching(/^tasks depends on girder-worker, but .*tasks\/package\.json declares no entry point/),
      ]);
    },
  );

  test.each<[what: string, content: object]>([
    ['a plugin', { entry_points: declared, peerDependencies: { 'girder-worker': '*' } }],
    ['any other package', { dependencies: { leftpad: '*' } }],
    ['the groups of other programs', { entry_points: { console_scripts: ['x = y:z'] } }],
    ['keys of npm that are a little like it', { endpoints: 1, exports: {}, engines: {} }],
  ])('but there is none for %s', (_, content) => {
    expect(noticesFor(content)).toEqual([]);
  });
});
