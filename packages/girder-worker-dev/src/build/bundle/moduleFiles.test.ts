import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import {
  createTaskDeployment,
  runBundled,
  type TaskDeploymentContent,
} from '../../../../../test/support/taskDeployment.ts';
import { type BundleReport, bundleFunctions } from './bundle.ts';

const read = `import { readFileSync, readdirSync } from 'node:fs';\n`;
const data = { 'plugin/src/data/model.json': '{ "a": 1 }', 'plugin/src/data/deep/notes.txt': 'notes' };

/** Bundles a deployment, and passes the folder of the bundle, which is elsewhere. The deployment no longer exists then. */
async function withBundle(
  content: TaskDeploymentContent,
  use: (folder: string, report: BundleReport, root: string) => unknown,
) {
  using bundle = createTemporaryFolder();
  let report: BundleReport;
  let root: string;
  {
    using deployment = createTaskDeployment(content);
    root = deployment.root;
    report = await bundleFunctions({ root, outDir: bundle.root });
  }
  await use(bundle.root, report, root);
}

test('a task reads a file that its module names, in whatever way it writes the URL', async () => {
  const expressions = {
    quotes: `new URL('./data/model.json', import.meta.url)`,
    template: 'new URL(`./data/model.json`, import.meta.url)',
    withoutDot: `new URL('data/model.json', import.meta.url)`,
    throughFolder: `new URL('model.json', new URL('./data/', import.meta.url))`,
    fromFurtherUp: `new URL('../src/data/model.json', import.meta.url)`,
    severalLines: `new URL(\n'./data/model.json',\nimport.meta.url,\n)`,
  };
  const functions = Object.entries(expressions).map(
    ([name, url]) => `export const ${name} = (): string => readFileSync(${url}, 'utf8');`,
  );
  await withBundle({ tasks: read + functions.join('\n'), files: data }, async (folder, { warnings }) => {
    for (const name of Object.keys(expressions)) expect(await runBundled(folder, name)).toBe('{ "a": 1 }');
    expect(warnings).toEqual([]);
  });
});

test('only the files that a module names are packed, and a folder with all that it contains', async () => {
  const tasks = `${read}
    // new URL('./missing.txt', import.meta.url)
    const text = "new URL('./missing.txt', import.meta.url)";
    const remote = new URL('https://example.org/x', import.meta.url);
    export const task = () => [text, remote.href, readdirSync(new URL('./data', import.meta.url)).sort()];`;
  await withBundle({ tasks, files: { ...data, 'plugin/src/other.txt': '' } }, async (folder, { files }) => {
    expect([...files.keys()]).toEqual(['plugin@1.0.0/src/data/deep/notes.txt', 'plugin@1.0.0/src/data/model.json']);
    expect((await runBundled(folder, 'task')) as unknown[]).toContainEqual(['deep', 'model.json']);
  });
});

test('a file is found from a helper module, from a module in JavaScript, and from another package', async () => {
  const tasks = `
    import { helper } from './deep/helper.ts';
    import { script } from './script.js';
    import { library } from 'library';
    export const task = () => [helper(), script(), library()];`;
  const reads = (path: string) => `${read} readFileSync(new URL('${path}', import.meta.url), 'utf8')`.replace(read, '');
  const files = {
    ...data,
    'plugin/src/deep/helper.ts': `${read}export const helper = (): string => ${reads('../data/model.json')};`,
    'plugin/src/script.js': `#!/usr/bin/env node\n${read}export const script = () => ${reads('./data/deep/notes.txt')};`,
    'node_modules/library/package.json':
      '{ "name": "library", "version": "2.0.0", "type": "module", "exports": "./index.js" }',
    'node_modules/library/index.js': `${read}export const library = () => ${reads('./a b#c.txt'.replace('#', '%23'))};`,
    'node_modules/library/a b#c.txt': 'from the library',
  };
  await withBundle({ tasks, files }, async (folder) => {
    expect(await runBundled(folder, 'task')).toEqual(['{ "a": 1 }', 'notes', 'from the library']);
  });
});

test('a file is found if the handler imports the task module itself, whose code is then in the handler', async () => {
  const tasks = `${read}export const task = (): string => readFileSync(new URL('./data/model.json', import.meta.url), 'utf8');`;
  const handler = `import { task } from 'plugin/tasks'; console.log(JSON.stringify(task()));`;
  await withBundle({ tasks, handler, files: data }, async (folder) => {
    expect(await runBundled(folder, '')).toBe('{ "a": 1 }');
  });
});

test('errors still name the lines of a TypeScript module that reads a file', async () => {
  const tasks = `interface Removed { readonly a: string }
${read}
const model: Removed = JSON.parse(readFileSync(new URL('./data/model.json', import.meta.url), 'utf8'));
export const task = () => {
  throw new Error(\`the model is \${model.a}\`);
};`;
  await withBundle({ tasks, files: data }, async (folder) => {
    const chunk = (await readdir(join(folder, 'chunks'))).find((name) => /^tasks-.*\.mjs$/.test(name))!;
    const map = new SourceMap(JSON.parse(await readFile(join(folder, 'chunks', `${chunk}.map`), 'utf8')));
    const code = await readFile(join(folder, 'chunks', chunk), 'utf8');
    const before = code.slice(0, code.indexOf('the model is')).split('\n');
    const entry = map.findEntry(before.length - 1, before.at(-1)!.length);
    expect(entry).toMatchObject({ originalLine: 5, originalSource: expect.stringMatching(/plugin\/src\/tasks\.ts$/) });
  });
});

const dynamic = `${read}
export const task = (): string => readFileSync(new URL(\`./data/\${'model'}.json\`, import.meta.url), 'utf8');`;

test('a path that only the task computes is a warning with file and line, which names the setting', async () => {
  await withBundle({ tasks: dynamic, files: data }, async (folder, { warnings }, root) => {
    expect(warnings).toEqual([
      expect.stringMatching(/tasks\.ts:3: new URL\(`\.\/data\/.*`, import\.meta\.url\) in plugin@1\.0\.0 .*"files"/),
    ]);
    expect(warnings[0]).toContain(`${root}/plugin/src/tasks.ts:3`);
    await expect(runBundled(folder, 'task')).rejects.toThrow('ENOENT');
  });
});

test('a task reads the files that its package.json names in whatever way it computes their paths, without a warning', async () => {
  const tasks = `${read}
    import { createRequire } from 'node:module';
    import { dirname } from 'node:path';
    import { fileURLToPath } from 'node:url';
    const parse = (path: string | URL) => JSON.parse(readFileSync(path, 'utf8')).a;
    export const url = () => parse(new URL(\`./data/\${'model'}.json\`, import.meta.url));
    export const folder = () => parse(import.meta.dirname + '/data/model.json');
    export const file = () => parse(dirname(import.meta.filename) + '/data/model.json');
    export const path = () => parse(dirname(fileURLToPath(import.meta.url)) + '/data/model.json');
    export const required = () => createRequire(import.meta.url)('./data/model.json').a;`;
  const manifest = { girder_worker: { files: ['src/data'] } };
  await withBundle({ tasks, manifest, files: data }, async (folder, { warnings }) => {
    expect(warnings).toEqual([]);
    for (const name of ['url', 'folder', 'file', 'path', 'required']) expect(await runBundled(folder, name)).toBe(1);
  });
});

test('the place of a module is a warning in a plugin that names no files, because it is another one in the function', async () => {
  const tasks = `
    export const task = () => [
      import.meta.dirname,
      import.meta.filename,
      import.meta.url,
      new URL('.', import.meta.url).href,
    ];`;
  await withBundle({ tasks }, (_folder, { warnings }) => {
    expect(warnings.map((text) => /tasks\.ts:(.*) in plugin@/.exec(text)?.[1])).toEqual([
      '3: import.meta.dirname',
      '4: import.meta.filename',
      '5: import.meta.url',
      `6: new URL(".", import.meta.url)`,
    ]);
  });
});

test('code that no task uses, the library and the functions cause no warning', async () => {
  const tasks = `import { used } from './helpers.ts'; export const task = () => used();`;
  const files = {
    'plugin/src/helpers.ts': `export const used = () => 1;\nexport { unused } from './unused.ts';`,
    'plugin/src/unused.ts': `export const unused = () => import.meta.dirname;`,
  };
  const handler = `
    import { registry } from './registry.generated.ts';
    console.log(JSON.stringify((await registry.tasks.load()).task()), import.meta.url.endsWith('.ts'));`;
  await withBundle({ tasks, files, handler, manifest: { sideEffects: false } }, (_folder, { warnings }) => {
    expect(warnings).toEqual([]);
  });
});

test('a use of __dirname in a CommonJS module is a warning that names the setting, unless the module declares it', async () => {
  const tasks = `import read from 'reader'; import declares from 'declares'; export const task = () => [read, declares];`;
  const files = {
    'node_modules/reader/package.json': '{ "name": "reader", "version": "1.0.0" }',
    'node_modules/reader/index.js': `// __dirname\nmodule.exports = () => __dirname + '/data.json';`,
    'node_modules/declares/package.json': '{ "name": "declares", "version": "1.0.0" }',
    'node_modules/declares/index.js': `const __dirname = '/'; module.exports = [__dirname, module.__filename, { __filename: 1 }];`,
  };
  await withBundle({ tasks, files }, (_folder, { warnings }) => {
    expect(warnings).toEqual([expect.stringMatching(/reader\/index\.js:2: __dirname in reader@1\.0\.0 .*"external"/)]);
  });
});
