import { expect, test } from 'vitest';
import { type KombuObject, OpaqueObject } from '../values.ts';
import { saferepr } from './saferepr.ts';
import { withoutPythonObjects } from './withoutPythonObjects.ts';

const pickled: KombuObject = { 'py/object': 'girder_client.GirderClient', token: 'secret' };

test.each([
  ['as jsonpickle writes it', pickled],
  ['as it is read', new OpaqueObject('girder_client.GirderClient', { token: 'secret' }, pickled)],
])('an object of a Python class is shown by its name: %s', (_form, object) => {
  expect(withoutPythonObjects({ a: [object, 1] })).toEqual({ a: ['<girder_client.GirderClient object>', 1] });
  expect(saferepr({ a: [object, 1] })).toBe("{'a': [<girder_client.GirderClient object>, 1]}");
});
