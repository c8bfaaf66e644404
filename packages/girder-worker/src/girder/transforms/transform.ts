import type { GirderClient } from '../client/girderClient.ts';

/** What transforms work with. */
export interface TransformContext {
  /** The Girder server of a transform: its own, else that of the message. Throws GirderError if there is none. */
  client(transform: Transform): GirderClient;
  /** Creates an empty folder, which is removed after the run. */
  createFolder(): Promise<string>;
  /** The id of the task's Girder job; undefined if it has none. */
  readonly jobId: string | undefined;
  /** Is aborted when the task must stop. */
  readonly signal: AbortSignal;
  /** Reports a transfer that takes long. */
  readonly onProgress: (
    name: string,
  ) => (progress: { readonly currentBytes: number; readonly totalBytes: number }) => void;
}

/** Where a transform finds its documents: a Girder server, and a token for it. */
export interface TransformClient {
  readonly apiUrl: string;
  readonly token: string;
}

/** An object of a message that stands for something in Girder. It can be sent to workers in TypeScript and in Python. */
export abstract class Transform {
  /** Private, so that no description of a message's arguments shows the token. */
  readonly #client: TransformClient | undefined;

  /** The name of Python's class. (A bundle may shorten the names of classes here.) */
  abstract readonly className: string;

  constructor(client: TransformClient | undefined) {
    this.#client = client;
  }

  /** Undefined: the Girder server of the message. */
  get client(): TransformClient | undefined {
    return this.#client;
  }

  /** The attributes of Python's object. */
  protected abstract attributes(): Readonly<Record<string, unknown>>;
  /** The same transform with this server and token. */
  abstract withClient(client: TransformClient): Transform;

  /** The object as jsonpickle writes it (docs/wire-format.md §5). */
  toJSON(): Readonly<Record<string, unknown>> {
    const gc = this.client && { gc: pickledClient(this.client) };
    return { 'py/object': `${pythonModule}.${this.className}`, ...this.attributes(), ...gc };
  }

  /** As Girder shows it among the arguments of a job, without the token: `GirderFileId('5f…')`. */
  toString(): string {
    return `${this.className}('${this.subject()}')`;
  }

  /** The id that `toString` shows. */
  protected abstract subject(): string;
}

/** A transform of an argument: what the task gets in its place. */
export abstract class ArgumentTransform extends Transform {
  abstract transform(context: TransformContext): Promise<unknown>;
}

/** A transform of a result: what the client gets in its place. */
export abstract class ResultTransform extends Transform {
  abstract transform(value: unknown, context: TransformContext): Promise<unknown>;

  /** Called after the run, however it ended, if `transform` was called with this value. */
  async cleanUp(_value: unknown): Promise<void> {}
}

const pythonModule = 'girder_worker.utils.transforms.girder_io';

/** A Python GirderClient with its attributes as its constructor sets them. */
function pickledClient({ apiUrl, token }: TransformClient): Readonly<Record<string, unknown>> {
  return {
    'py/object': 'girder_client.GirderClient',
    ...{ host: null, scheme: null, port: null, urlBase: `${apiUrl}/`, token },
    ...{ _folderUploadCallbacks: [], _itemUploadCallbacks: [], _serverVersion: [], _serverApiDescription: {} },
    ...{ incomingMetadata: {}, localMetadata: {}, cache: null, _session: null },
    progressReporterCls: { 'py/type': 'girder_client._NoopProgressReporter' },
  };
}
