/** A document of Girder. */
export interface GirderDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** A job as Girder stores it. */
export interface GirderJobDocument extends GirderDocument {
  readonly title: string;
  readonly type: string;
  readonly status: number;
  readonly public: boolean;
  readonly handler: string;
  readonly parentId?: string | null;
  readonly celeryTaskId?: string;
  readonly progress: { readonly total: number; readonly current: number; readonly message: string } | null;
  readonly timestamps: readonly { readonly status: number; readonly time: string }[];
  readonly log?: readonly string[];
}

/** An argument or a result hook that the plugin replaces by an object of a class of `girder_io`. */
export interface Transform {
  readonly transform:
    | 'GirderFileId'
    | 'GirderItemId'
    | 'GirderItemMetadata'
    | 'GirderUploadToItem'
    | 'GirderUploadToFolder'
    | 'GirderUploadJobArtifact';
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** A call of a task of `python/girdertasks/tasks.py`. */
export interface TaskCall {
  readonly task: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** Options of `apply_async`: `queue`, `girder_job_title`, `girder_result_hooks`, … */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A task that Girder has sent, and its job. */
export interface SentTask {
  readonly taskId: string;
  readonly jobId: string;
}

/** The result of a task as Celery in Python reads it. */
export interface PythonResult {
  readonly state: string;
  /** Python's `repr` of the value or of the exception. */
  readonly result: string;
  readonly traceback: string | null;
}

/** An answer of Girder with a status of at least 400. */
export class GirderAnswerError extends Error {
  override readonly name = 'GirderAnswerError';
  readonly status: number;

  constructor(request: string, status: number, text: string) {
    super(`${request}: ${status} ${text.slice(0, 2000)}`);
    this.status = status;
  }
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

const timeoutMs = 30_000;

/** The REST API of a Girder with the plugin `girdertasks`, with one token. */
export class GirderApi {
  readonly url: string;
  readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /** Resolves to the answer, parsed if it is JSON. Rejects with GirderAnswerError for a status of at least 400. */
  async request(
    method: string,
    resource: string,
    parameters: Readonly<Record<string, unknown>> = {},
    { headers = {}, body }: RequestOptions = {},
  ): Promise<unknown> {
    const response = await this.#fetch(method, resource, parameters, { headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    return response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text;
  }

  async #fetch(
    method: string,
    resource: string,
    parameters: Readonly<Record<string, unknown>>,
    { headers, body }: RequestOptions,
  ): Promise<Response> {
    const url = new URL(`${this.url}/${resource}`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    const response = await fetch(url, {
      method,
      headers: { ...(this.token !== '' && { 'girder-token': this.token }), ...headers },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status >= 400)
      throw new GirderAnswerError(`${method} ${resource}`, response.status, await response.text());
    return response;
  }

  #json(method: string, resource: string, value: unknown): Promise<unknown> {
    return this.request(method, resource, {}, jsonBody(value));
  }

  async setSetting(key: string, value: string): Promise<void> {
    await this.request('PUT', 'system/setting', { key, value });
  }

  /** Sets the URL under which workers call Girder: that of a proxy, for example. */
  setApiUrl(url: string): Promise<void> {
    return this.setSetting('worker.api_url', url);
  }

  /** Sends a task as code inside of Girder does, with `apply_async`. */
  async dispatch(call: TaskCall): Promise<SentTask> {
    return (await this.#json('POST', 'girdertasks/dispatch', call)) as SentTask;
  }

  /** Sends a chain. Resolves to the ids of its tasks in order, and the job of the first one. */
  async dispatchChain(
    ...steps: Omit<TaskCall, 'options'>[]
  ): Promise<{ readonly taskIds: readonly string[]; readonly jobId: string }> {
    return (await this.#json('POST', 'girdertasks/chain', { steps })) as { taskIds: string[]; jobId: string };
  }

  /** Creates a job of `worker_handler`, and schedules it; without the name of a task, that is `girder_worker.run`. */
  async schedule(
    call: Partial<Omit<TaskCall, 'options'>> & { readonly queue?: string; readonly title?: string },
  ): Promise<SentTask> {
    return (await this.#json('POST', 'girdertasks/schedule', call)) as SentTask;
  }

  /** Resolves to a new token of this user with these scopes, or with all rights. */
  async createToken(...scopes: string[]): Promise<string> {
    return ((await this.#json('POST', 'girdertasks/token', { scopes })) as { token: string }).token;
  }

  async job(id: string): Promise<GirderJobDocument> {
    return (await this.request('GET', `job/${id}`)) as GirderJobDocument;
  }

  /** Resolves to the log of a job. */
  async logOf(jobId: string): Promise<string> {
    return ((await this.job(jobId)).log ?? []).join('');
  }

  /** Resolves to the jobs of a Celery task. */
  async jobsOf(taskId: string): Promise<{ readonly jobId: string; readonly parentId: string | null }[]> {
    return (await this.request('GET', `girdertasks/jobs/${taskId}`)) as { jobId: string; parentId: string | null }[];
  }

  /** Cancels a job as a user does in the browser. */
  async cancel(jobId: string): Promise<void> {
    await this.request('PUT', `job/${jobId}/cancel`);
  }

  async result(taskId: string): Promise<PythonResult> {
    return (await this.request('GET', `girdertasks/result/${taskId}`)) as PythonResult;
  }

  /** Resolves to the files that `GirderUploadJobArtifact` has sent to a job. */
  async artifactsOf(
    jobId: string,
  ): Promise<{ readonly name: string; readonly mimeType: string; readonly text: string }[]> {
    return (await this.request('GET', `girdertasks/artifacts/${jobId}`)) as never;
  }

  /** Creates a folder at the top of a new collection that only administrators may read. */
  async createTopFolder(name: string): Promise<GirderDocument> {
    const collection = (await this.request('POST', 'collection', { name })) as GirderDocument;
    return this.createFolder(collection._id, name, 'collection');
  }

  async createFolder(parentId: string, name: string, parentType = 'folder'): Promise<GirderDocument> {
    return (await this.request('POST', 'folder', { parentId, parentType, name, public: false })) as GirderDocument;
  }

  async createItem(folderId: string, name: string): Promise<GirderDocument> {
    return (await this.request('POST', 'item', { folderId, name })) as GirderDocument;
  }

  /** Uploads a file with this content to an item. */
  async createFile(itemId: string, name: string, content: string): Promise<GirderDocument> {
    const size = Buffer.byteLength(content);
    return (await this.request(
      'POST',
      'file',
      { parentType: 'item', parentId: itemId, name, size, mimeType: 'text/plain' },
      { headers: { 'content-type': 'application/octet-stream' }, body: content },
    )) as GirderDocument;
  }

  async readFile(fileId: string): Promise<string> {
    return (await this.#fetch('GET', `file/${fileId}/download`, {}, {})).text();
  }

  async filesOf(itemId: string): Promise<GirderDocument[]> {
    return (await this.request('GET', `item/${itemId}/files`)) as GirderDocument[];
  }

  async itemsOf(folderId: string): Promise<GirderDocument[]> {
    return (await this.request('GET', 'item', { folderId })) as GirderDocument[];
  }

  async foldersOf(folderId: string): Promise<GirderDocument[]> {
    return (await this.request('GET', 'folder', { parentId: folderId, parentType: 'folder' })) as GirderDocument[];
  }
}

function jsonBody(value: unknown): RequestOptions {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
