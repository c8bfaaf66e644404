/** The settings of an app: those of Celery's that this library uses, in camelCase. */
export interface AppSettings {
  /** Celery's `task_default_queue`: the Celery queue to which tasks without the option `queue` are sent. @default 'celery' */
  taskDefaultQueue: string;
  /** Celery's `task_time_limit`, in seconds: a task is terminated after this time. @default null: only the function's timeout */
  taskTimeLimit: number | null;
  /** Celery's `task_soft_time_limit`, in seconds: `this.signal` is aborted after this time. @default null: no limit */
  taskSoftTimeLimit: number | null;
  /** Celery's `task_ignore_result`: tasks without the option `ignoreResult` store no result. @default false */
  taskIgnoreResult: boolean;
  /** Celery's `task_track_started`: tasks without the option `trackStarted` are STARTED while they run. @default false: PENDING */
  taskTrackStarted: boolean;
  /** Celery's `result_extended`: results include the task's name, arguments, queue, worker and retries. @default false */
  resultExtended: boolean;
}

export const defaultSettings: Readonly<AppSettings> = {
  taskDefaultQueue: 'celery',
  taskTimeLimit: null,
  taskSoftTimeLimit: null,
  taskIgnoreResult: false,
  taskTrackStarted: false,
  resultExtended: false,
};

/** The settings of an app. A plugin changes them in its constructor with `app.config.update({ … })`. */
export class AppConfig {
  readonly #settings: AppSettings = { ...defaultSettings };

  /**
   * Changes these settings. The others keep their values.
   *
   * @example app.config.update({ taskTimeLimit: 300 })
   */
  update(settings: Partial<AppSettings>): void {
    Object.assign(this.#settings, settings);
  }

  /** The value of a setting. */
  get<K extends keyof AppSettings>(name: K): AppSettings[K] {
    return this.#settings[name];
  }

  /** The settings that differ from the defaults. */
  changes(): Partial<AppSettings> {
    const changed = Object.entries(this.#settings).filter(
      ([name, value]) => value !== defaultSettings[name as keyof AppSettings],
    );
    return Object.fromEntries(changed);
  }
}
