import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { completeAnswers, type PluginAnswers } from './answers/answers.ts';
import { pluginFiles } from './pluginFiles.ts';
import { toolVersions } from './templates/packageJson.ts';

function filesFor(given: Partial<PluginAnswers> = {}): ReadonlyMap<string, string> {
  return pluginFiles(completeAnswers(given, '/home/ada/my-plugin'), '1.2.3');
}

function manifestFor(given: Partial<PluginAnswers> = {}) {
  return JSON.parse(filesFor(given).get('package.json')!);
}

test('the files are those of a package with sources, tests and a README', () => {
  expect([...filesFor().keys()]).toEqual([
    '.gitignore',
    'README.md',
    'package.json',
    'src/index.ts',
    'src/tasks.ts',
    'test/tasks.test.ts',
    'test/tsconfig.json',
    'tsconfig.json',
  ]);
});

test('package.json declares the entry point of the class, and requires the version of the library', () => {
  const manifest = manifestFor({ name: '@acme/image-tools', className: 'ImageTools' });
  expect(manifest.entry_points).toEqual({ girder_worker_plugins: ['image_tools = @acme/image-tools:ImageTools'] });
  expect(manifest.peerDependencies).toEqual({ 'girder-worker': '>=1.2.3' });
  expect(manifest.devDependencies).toMatchObject({ 'girder-worker': '^1.2.3' });
  expect(manifest).not.toHaveProperty('author');
});

test('the task names in the README and the test derive from the package name', () => {
  const files = filesFor({ name: '@acme/image-tools', taskName: 'resize' });
  expect(files.get('README.md')).toContain('`acme.image_tools.tasks.resize(to, stepMs=100)`');
  expect(files.get('test/tasks.test.ts')).toContain("'acme.image_tools.tasks.resize'");
  expect(filesFor().get('README.md')).toContain('`my_plugin.tasks.count(to, stepMs=100)`');
});

test('the versions of the tools are those with which this repository is tested', () => {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  for (const [tool, range] of Object.entries(toolVersions)) {
    expect(`${tool} ${/\d+/.exec(range)}`).toBe(`${tool} ${/\d+/.exec(devDependencies[tool]!)}`);
  }
});

test('invalid answers are refused together, and no file is made of them', () => {
  expect(() => filesFor({ name: '../x', taskName: 'class' })).toThrow(
    /^No file was written:\n1\. \[NAME_INVALID\] .*\n2\. \[TASK_INVALID\] /,
  );
});

const hostile = [
  `"quotes" 'and' \`ticks\``,
  `\${process.exit(1)}`,
  '*/ throw new Error() /*',
  '\\" \\n \\u0022',
  '<script>alert(1)</script>',
  '# not a heading',
  '1. not a list',
  '$& $1 $`',
  '__proto__',
];

describe.each(hostile)('the text %s as description, author and license', (text) => {
  const given = { description: text, author: text, license: text };

  test('is in package.json as it was given', () => {
    expect(manifestFor(given)).toMatchObject(given);
  });

  test('leaves all JSON and TypeScript files valid', async () => {
    for (const [path, content] of filesFor(given)) {
      if (path.endsWith('.json')) JSON.parse(content);
      if (path.endsWith('.ts')) await transform(content, { loader: 'ts', format: 'esm' });
    }
  });

  test('is text in the README, not Markdown or HTML', () => {
    const line = filesFor(given).get('README.md')!.split('\n')[2]!;
    expect(line).not.toMatch(/^(#|\d+\.)|(?<!\\)[<`*_]/);
    expect(line.replace(/\\(?=[\\`*_[\]<>&|~#.])/g, '')).toBe(text);
  });
});
