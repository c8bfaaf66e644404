import { describe, expect, test } from 'vitest';
import { parseEntryPoint } from './entryPoint.ts';

describe('an entry point', () => {
  const gwexample = { name: 'gwexample', module: 'gwexample', pluginClass: 'GWExamplePlugin' };

  test.each([
    'gwexample = gwexample:GWExamplePlugin',
    'gwexample=gwexample:GWExamplePlugin',
    '  gwexample\t=  gwexample : GWExamplePlugin ',
    'gwexample = gwexample:GWExamplePlugin [docker]',
    'gwexample = gwexample:GWExamplePlugin[docker,gpu]',
    '"gwexample = gwexample:GWExamplePlugin"',
    "'gwexample' = 'gwexample:GWExamplePlugin'",
    `gwexample = "gwexample":'GWExamplePlugin'`,
  ])('is read from %j', (text) => {
    expect(parseEntryPoint(text)).toEqual(gwexample);
  });

  test('names any module that its package exports, and a member of what that exports', () => {
    expect(parseEntryPoint('my tools = @acme/image-tools/plugin:plugins.Image')).toEqual({
      name: 'my tools',
      module: '@acme/image-tools/plugin',
      pluginClass: 'plugins.Image',
    });
  });

  test.each([
    ['gwexample:GWExamplePlugin', 'no "="'],
    [' = gwexample:GWExamplePlugin', 'no name'],
    ['gwexample = gwexample', 'no class'],
    ['gwexample = gwexample:', 'not the name of a class'],
    ['gwexample = :GWExamplePlugin', 'not a module'],
    ['gwexample = gw example:GWExamplePlugin', 'not a module'],
    ['gwexample = gwexample:GWExample-Plugin', 'not the name of a class'],
    ['', 'no "="'],
  ])('cannot be %j: it has %s', (text, reason) => {
    expect(() => parseEntryPoint(text)).toThrow(reason);
  });
});
