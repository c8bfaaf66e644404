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

  test('may name a module below the package, and a member of an export', () => {
    expect(parseEntryPoint('my tools = @acme/image-tools/plugin:plugins.Image')).toEqual({
      name: 'my tools',
      module: '@acme/image-tools/plugin',
      pluginClass: 'plugins.Image',
    });
  });

  test.each([
    ['gwexample:GWExamplePlugin', 'no "="'],
    [' = gwexample:GWExamplePlugin', 'name before "=" is missing'],
    ['gwexample = gwexample', 'no ":"'],
    ['gwexample = gwexample:', 'not the name of a class'],
    ['gwexample = :GWExamplePlugin', '"" before ":" is not an import specifier'],
    ['gwexample = gw example:GWExamplePlugin', '"gw example" before ":" is not an import specifier'],
    ['gwexample = gwexample:GWExample-Plugin', 'not the name of a class'],
    ['', 'no "="'],
  ])('that is %j is refused: %s', (text, reason) => {
    expect(() => parseEntryPoint(text)).toThrow(reason);
  });
});
