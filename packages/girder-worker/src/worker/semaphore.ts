/** Places for tasks that run at the same time, and the line of those who wait for one. */
export class Semaphore {
  #free: number;
  #inLine = 0;
  #isClosed = false;
  #change = Promise.withResolvers<void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** How many are free, and nobody's. */
  get available(): number {
    return Math.max(0, this.#free - this.#inLine);
  }

  /** Resolves to true when one is spare, or to false when none are given any more. */
  async whenAvailable(): Promise<boolean> {
    while (this.available === 0 && !this.#isClosed) await this.#change.promise;
    return !this.#isClosed;
  }

  /** Resolves to true with a slot, which is to be left again, or to false when none are given any more. */
  async acquire(): Promise<boolean> {
    this.#inLine += 1;
    while (this.#free === 0 && !this.#isClosed) await this.#change.promise;
    this.#inLine -= 1;
    if (this.#isClosed) return false;
    this.#free -= 1;
    return true;
  }

  release(): void {
    this.#free += 1;
    this.#tell();
  }

  /** Gives no more slots; those who have one keep it. */
  close(): void {
    this.#isClosed = true;
    this.#tell();
  }

  #tell(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }
}
