import { unpickle } from '../../kombu/serializers/jsonpickle.ts';
import { isObject, type KombuObject, type KombuValue, OpaqueObject, pythonClassOf } from '../../kombu/values.ts';
import { GirderError } from '../wire/girderError.ts';
import { GirderFileId, GirderFolderId, GirderItemId, TemporaryDirectory } from './argumentTransforms.ts';
import {
  GirderItemMetadata,
  GirderUploadJobArtifact,
  GirderUploadToFolder,
  GirderUploadToItem,
} from './resultTransforms.ts';
import { ArgumentTransform, ResultTransform, type Transform, type TransformClient } from './transform.ts';

type Fields = Readonly<Partial<KombuObject>>;

/** The transforms of Girder Worker by the names of their classes (docs/wire-format.md §5). */
const transforms: Readonly<Record<string, (fields: Fields, client: TransformClient | undefined) => Transform>> = {
  GirderFileId: (fields, client) => new GirderFileId(idIn(fields, 'file_id'), client),
  GirderFileIdAllowDirect: (fields, client) => new GirderFileId(idIn(fields, 'file_id'), client),
  GirderItemId: (fields, client) => new GirderItemId(idIn(fields, 'item_id'), client),
  GirderFolderId: (fields, client) => new GirderFolderId(idIn(fields, 'folder_id'), client),
  TemporaryDirectory: () => new TemporaryDirectory(),
  GirderUploadToItem: (fields, client) =>
    new GirderUploadToItem(idIn(fields, 'item_id'), uploadOptions(fields), client),
  GirderUploadToFolder: (fields, client) => {
    const options = { ...uploadOptions(fields), mustExist: fields.must_exist !== false };
    return new GirderUploadToFolder(idIn(fields, 'folder_id'), options, client);
  },
  GirderUploadJobArtifact: (fields, client) => {
    const jobId = optionalId(fields.job_id);
    const name = typeof fields.name === 'string' ? fields.name : undefined;
    return new GirderUploadJobArtifact({ ...(jobId && { jobId }), ...(name && { name }) }, client);
  },
  GirderItemMetadata: (fields, client) => new GirderItemMetadata(idIn(fields, 'item_id'), client),
};

/** The modules of the transforms: those of girder_worker 5 and, before it, of girder_worker_utils. */
const className = /^girder_worker(?:\.utils|_utils)\.transforms\.(?:contrib\.)?(?:girder_io|common)\.(\w+)$/;

/**
 * The transform that a value of a message stands for; undefined for any other value. A worker in Python sends objects that
 * jsonpickle has written, a client in TypeScript the same in plain JSON.
 */
export function transformIn(value: unknown): Transform | undefined {
  const name = className.exec(pythonClassOf(value) ?? '')?.[1];
  if (name === undefined || !Object.hasOwn(transforms, name)) return undefined;
  const object = value instanceof OpaqueObject ? value : unpickle(structuredClone(value as KombuObject));
  if (!(object instanceof OpaqueObject)) return undefined;
  return transforms[name]?.(object.fields, clientIn(object.fields));
}

/** Throws GirderError MALFORMED for a value that is no transform of results: its upload would be lost. */
export function resultTransformOf(value: unknown): ResultTransform {
  const transform = transformIn(value);
  if (transform instanceof ResultTransform) return transform;
  const name = pythonClassOf(value) ?? typeof value;
  throw new GirderError('MALFORMED', `The result hook ${name} is not supported by this worker.`);
}

/**
 * A copy of a value with its transforms of arguments replaced by what `transform` resolves to, one after the other.
 */
export async function replaceTransforms(
  value: unknown,
  transform: (transform: ArgumentTransform) => Promise<unknown>,
): Promise<unknown> {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await replaceTransforms(item, transform));
    return items;
  }
  const found = transformIn(value);
  if (found instanceof ArgumentTransform) return transform(found);
  if (!isObject(value as KombuValue)) return value;
  const entries: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value as KombuObject))
    entries.push([name, await replaceTransforms(item, transform)]);
  return Object.fromEntries(entries);
}

function clientIn({ gc }: Fields): TransformClient | undefined {
  if (!(gc instanceof OpaqueObject)) return undefined;
  const { urlBase, token } = gc.fields as Fields;
  if (typeof urlBase !== 'string' || typeof token !== 'string') return undefined;
  return { apiUrl: urlBase.replace(/\/+$/, ''), token };
}

function uploadOptions({ delete_file: deleteFile, upload_kwargs: given }: Fields) {
  const options = given !== undefined && isObject(given) ? given : {};
  const { reference, mimeType, filename } = options as Fields;
  return {
    deleteFile: deleteFile === true,
    uploadOptions: {
      ...(typeof reference === 'string' && { reference }),
      ...(typeof mimeType === 'string' && { mimeType }),
      ...(typeof filename === 'string' && { filename }),
    },
  };
}

function idIn(fields: Fields, name: string): string {
  const id = optionalId(fields[name]);
  if (id === undefined) throw new GirderError('MALFORMED', `A transform of the message has no ${name}.`);
  return id;
}

/** A document's id: text, or an ObjectId of Python's bson, whose state is its twelve bytes. */
function optionalId(value: KombuValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!(value instanceof OpaqueObject)) return undefined;
  const state = value.toJSON()['py/state'];
  const bytes = state !== undefined && isObject(state) ? state['py/b64'] : undefined;
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString('hex') : undefined;
}
