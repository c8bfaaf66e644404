import type { GirderDocument, GirderParameters } from '../../task/girder/girderClient.ts';
import type { GirderApi } from './girderApi.ts';

/** As Girder's Python client. */
const pageSize = 50;

/** The documents of a collection one after the other, requested in pages. */
export async function* listDocuments(
  api: GirderApi,
  path: string,
  parameters: GirderParameters = {},
  signal?: AbortSignal,
): AsyncGenerator<GirderDocument> {
  for (let offset = 0; ; offset += pageSize) {
    const page = { ...parameters, offset, limit: pageSize };
    const documents = await api.json<GirderDocument[]>('GET', path, { parameters: page, signal });
    yield* documents;
    if (documents.length < pageSize) return;
  }
}
