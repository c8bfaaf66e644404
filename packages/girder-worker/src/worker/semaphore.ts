/** Limits how many tasks run at the same time. */
export class Semaphore {
  #free: number;
  #waiting = 0;
  #isClosed = false;
  #change = Promise.withResolvers<void>();

  constructor(permits: number) {
    this.#free = permits;
  }

  /** The permits that are free and that no caller of `acquire` waits for. */
  get available(): number {
    return Math.max(0, this.#free - this.#waiting);
  }

  /** Resolves to true when a permit is available, or to false when the semaphore is closed. */
  async whenAvailable(): Promise<boolean> {
    while (this.available === 0 && !this.#isClosed) await this.#change.promise;
    return !this.#isClosed;
  }

  /** Resolves to true with a permit, which the caller must release, or to false when the semaphore is closed. */
  async acquire(): Promise<boolean> {
    this.#waiting += 1;
    while (this.#free === 0 && !this.#isClosed) await this.#change.promise;
    this.#waiting -= 1;
    if (this.#isClosed) return false;
    this.#free -= 1;
    return true;
  }

  release(): void {
    this.#free += 1;
    this.#wake();
  }

  /** Grants no more permits. Permits that were acquired stay valid. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }
}
