/** Invalid settings: one error that lists the faults of all of them. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** One sentence per fault: the variable, its value, and what to write instead. */
  readonly faults: readonly string[];

  /** `heading` says what the faults prevent, such as `The dispatcher cannot start`. */
  constructor(heading: string, faults: readonly string[]) {
    super(`${heading}:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.faults = faults;
    this.stack = `${this.name}: ${this.message}`; // The faults are those of settings: frames would only hide them.
  }
}

/** Collects the faults of several settings, so that they are reported together. */
export class ConfigurationFaults {
  readonly #faults: string[] = [];

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  add(fault: string): void {
    this.#faults.push(fault);
  }

  /** Returns what `read` returns, or undefined if it throws a ConfigurationError, whose faults are collected. */
  collect<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.#faults.push(...error.faults);
      return undefined;
    }
  }

  /** The error to throw for the collected faults. */
  toError(heading: string): ConfigurationError {
    return new ConfigurationError(heading, this.#faults);
  }
}
