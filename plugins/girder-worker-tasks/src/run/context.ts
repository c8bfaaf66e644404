import type { GirderClient } from 'girder-worker/utils';
import type { Settings } from '../settings.ts';
import type { StatusReporter } from './status.ts';

/** What a run has besides its spec and its bindings. */
export interface RunContext {
  readonly settings: Settings;
  /** Is aborted when the task must stop. */
  readonly signal: AbortSignal;
  /** Throws if the task must stop. Cheap: it is called between all steps. */
  checkpoint(): void;
  /** Writes a line to the log of the job. */
  log(line: string): void;
  readonly status: StatusReporter;
  /** Returns the temporary folder of the run, which is created at the first call and removed at the end of the run. */
  temporaryFolder(): Promise<string>;
  /** Whether data is checked against types and formats. */
  readonly validate: boolean;
  /** Whether data is converted to the format that is asked for. */
  readonly autoConvert: boolean;
  readonly girder: GirderAccess;
}

/** The Girder servers of a run. */
export interface GirderAccess {
  /** The server that sent the task; undefined if its message names none. */
  readonly own: GirderClient | undefined;
  /** Returns a client of another server. Rejects if the deployment does not name that server. */
  connect(apiUrl: string, token: string | undefined): Promise<GirderClient>;
}
