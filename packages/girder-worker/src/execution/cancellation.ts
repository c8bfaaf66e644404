/** How many plain reads may pass before one that is certain to see what another thread wrote. */
const readsPerLoad = 64;

/** A flag in memory that two threads share: raised on the one side, read on the other, while that one computes. */
export class CancellationFlag {
  readonly cell: SharedArrayBuffer;
  readonly #flags: Int32Array;
  #reads = 0;
  #seen = false;

  constructor(cell: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.cell = cell;
    this.#flags = new Int32Array(cell);
  }

  raise(): void {
    Atomics.store(this.#flags, 0, 1);
  }

  lower(): void {
    Atomics.store(this.#flags, 0, 0);
    this.#reads = 0;
    this.#seen = false;
  }

  /**
   * Whether the flag is raised. Costs about a nanosecond: a plain read may be kept in a register while a loop runs, so
   * that every so often it is an atomic one.
   */
  isRaised(): boolean {
    if (this.#seen) return true;
    const isLoad = ++this.#reads % readsPerLoad === 0;
    const value = isLoad ? Atomics.load(this.#flags, 0) : this.#flags[0];
    if (value !== 0) this.#seen = true;
    return this.#seen;
  }

  /** Whether somebody has asked, and was told that the flag is raised. */
  get wasSeen(): boolean {
    return this.#seen;
  }
}
