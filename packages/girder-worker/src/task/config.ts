/** Celery's settings that mean something here, in camelCase. Times are in seconds where Celery's are. */
export interface AppSettings {
  /** Name of the queue to which tasks are sent. @default 'celery' */
  taskDefaultQueue: string;
  /** Seconds after which a task is ended. @default null: none but the function's own */
  taskTimeLimit: number | null;
  /** Seconds after which a task is asked to stop. @default null */
  taskSoftTimeLimit: number | null;
  /** Tasks leave no result unless they say otherwise. @default false */
  taskIgnoreResult: boolean;
  /** Results tell the task's name, arguments, queue and worker, too. @default false */
  resultExtended: boolean;
}

export const defaultSettings: Readonly<AppSettings> = {
  taskDefaultQueue: 'celery',
  taskTimeLimit: null,
  taskSoftTimeLimit: null,
  taskIgnoreResult: false,
  resultExtended: false,
};

/** The settings of an app, changed by plugins with `app.config.update({ … })`. */
export class AppConfig {
  readonly #settings: AppSettings = { ...defaultSettings };

  /** Changes the settings named; the others keep their value. */
  update(settings: Partial<AppSettings>): void {
    Object.assign(this.#settings, settings);
  }

  get<K extends keyof AppSettings>(name: K): AppSettings[K] {
    return this.#settings[name];
  }

  /** The settings that differ from Celery's defaults, as plain data. */
  changes(): Partial<AppSettings> {
    const changed = Object.entries(this.#settings).filter(
      ([name, value]) => value !== defaultSettings[name as keyof AppSettings],
    );
    return Object.fromEntries(changed);
  }
}
