/** One read less than a power of two may be plain, before one that is certain to see what another thread wrote. */
const plainReads = 255;

/** Why a task is to stop: each a bit of the cell. */
export const stopBits = { revoked: 1, softLimit: 2 } as const;

export type StopReason = keyof typeof stopBits;

/** A cell of memory that two threads may share: written on the one side, read on the other, while that one computes. */
export class CancellationFlag {
  readonly #bits: Int32Array;
  #reads = 0;
  #seen = false;

  /** @param cell of four bytes; without one, the flag is for one thread alone */
  constructor(cell: ArrayBufferLike = new ArrayBuffer(4)) {
    this.#bits = new Int32Array(cell);
  }

  /** Makes the cell that of another task, which nobody has asked to stop. */
  reset(): void {
    Atomics.store(this.#bits, 0, 0);
  }

  set(reason: StopReason = 'revoked'): void {
    Atomics.or(this.#bits, 0, stopBits[reason]);
  }

  /**
   * Whether the task is revoked. Costs two nanoseconds: a plain read may be kept in a register while a loop runs, so
   * that every so often it is an atomic one, which costs seven.
   */
  isSet(): boolean {
    this.#reads = (this.#reads + 1) & plainReads;
    return this.#reads === 0 || this.#bits[0] !== 0 ? this.#look() : false;
  }

  #look(): boolean {
    if ((Atomics.load(this.#bits, 0) & stopBits.revoked) !== 0) this.#seen = true;
    return this.#seen;
  }

  /** Whether somebody has asked, and was told that the task is revoked. */
  get wasSeen(): boolean {
    return this.#seen;
  }

  /** Why the task is to stop, the revocation before the limit. */
  stopReason(): StopReason | undefined {
    if (this.isSet()) return 'revoked';
    return (Atomics.load(this.#bits, 0) & stopBits.softLimit) !== 0 ? 'softLimit' : undefined;
  }
}
