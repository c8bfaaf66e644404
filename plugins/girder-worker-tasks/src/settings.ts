/** The settings of the deployment: environment variables of the function, read for each task. */
export interface Settings {
  /** Modes that execute code and that the deployment has turned on. */
  readonly runModes: ReadonlySet<string>;
  /** Origins, or origins with a path, that may be requested although their address is refused otherwise. */
  readonly allowedUrls: readonly URL[];
  /** Folders that `local` bindings may read and write. */
  readonly localPaths: readonly string[];
  /** Programs of mode `process`, and folders of such programs. */
  readonly programs: readonly string[];
  /** The largest data of an input or an output in memory. */
  readonly maxDataBytes: number;
  /** The largest file of an input. */
  readonly maxFileBytes: number;
  /** Statuses of a Girder job that are not reported. By default 821: Girder allows no way from there to SUCCESS. */
  readonly skippedStatuses: ReadonlySet<number>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const mebibyte = 1024 * 1024;

/** Reads the settings. Throws if one has a value that cannot be used. */
export function readSettings(environment: Environment = process.env): Settings {
  const list = (name: string, byDefault = '') =>
    (environment[name] ?? byDefault)
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean);
  const absolutePaths = (name: string) => list(name).map((path) => absolutePath(name, path));
  return {
    runModes: new Set(list('GIRDER_WORKER_RUN_MODES')),
    allowedUrls: list('GIRDER_WORKER_ALLOWED_URLS').map(allowedUrl),
    localPaths: absolutePaths('GIRDER_WORKER_LOCAL_PATHS'),
    programs: absolutePaths('GIRDER_WORKER_PROGRAMS'),
    maxDataBytes: megabytes(environment, 'GIRDER_WORKER_MAX_DATA_MB', 16),
    maxFileBytes: megabytes(environment, 'GIRDER_WORKER_MAX_FILE_MB', 512),
    skippedStatuses: new Set(list('GIRDER_WORKER_SKIP_STATUSES', '821').map(Number)),
  };
}

function absolutePath(name: string, path: string): string {
  if (path.startsWith('/')) return path;
  throw new Error(`${name} must be a list of absolute paths, separated by commas; got "${path}".`);
}

function allowedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new Error(
    `GIRDER_WORKER_ALLOWED_URLS must be a list of URLs such as "https://data.example.org/public", separated by commas; got "${text}".`,
  );
}

function megabytes(environment: Environment, name: string, byDefault: number): number {
  const text = environment[name];
  if (!text) return byDefault * mebibyte;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value * mebibyte;
  throw new Error(`${name} must be a number above 0, got "${text}".`);
}
