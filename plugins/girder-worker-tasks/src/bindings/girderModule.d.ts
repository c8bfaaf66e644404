// The client of Girder, until the library exports it.
declare module 'girder-worker/girder' {
  import type { GirderClient as Client } from 'girder-worker/utils';

  export const GirderClient: new (options: { readonly apiUrl: string; readonly token?: string }) => Client;
}
