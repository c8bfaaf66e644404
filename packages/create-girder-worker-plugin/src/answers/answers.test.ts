import { expect, test } from 'vitest';
import { classNameFor, completeAnswers, nameFromFolder } from './answers.ts';

test.each([
  ['/home/ada/my-plugin', 'my-plugin'],
  ['plugins/Image Tools', 'image-tools'],
  ['C:\\work\\Crème.Brûlée', 'creme.brulee'],
  ['/home/ada/@Acme/image-tools', '@acme/image-tools'],
  ['/home/ada/@/x', 'x'],
  ['__proto__', 'proto'],
  ['/', ''],
])('the package of the folder %j is named "%s"', (folder, name) => {
  expect(nameFromFolder(folder)).toBe(name);
});

test.each([
  ['image-tools', 'ImageToolsPlugin'],
  ['@acme/image_tools.v2', 'ImageToolsV2Plugin'],
  ['my-plugin', 'MyPlugin'],
  ['3d', 'Plugin3d'],
])('the plugin class of %s is %s', (name, className) => {
  expect(classNameFor(name)).toBe(className);
});

test('what is given is kept, and the class derives from the given name', () => {
  expect(completeAnswers({ name: '@acme/tiles', license: 'MIT' }, '/home/ada/elsewhere')).toEqual({
    name: '@acme/tiles',
    description: 'Tasks for Girder Worker.',
    author: '',
    license: 'MIT',
    className: 'TilesPlugin',
    taskName: 'count',
  });
});
