/** Of 256 reads of the flag 255 are plain; the last one is atomic and is certain to see what another thread wrote. */
const plainReads = 255;

/** Why a task must stop. Each reason is one bit of the cell. */
export const stopBits = { revoked: 1, softLimit: 2 } as const;

export type StopReason = keyof typeof stopBits;

/** The cancellation flag of a run: four bytes that two threads may share. The pool sets it, the task reads it while it computes. */
export class CancellationFlag {
  readonly #bits: Int32Array;
  #reads = 0;
  #seen = false;

  /** @param cell four bytes of memory. @default memory of this thread alone */
  constructor(cell: ArrayBufferLike = new ArrayBuffer(4)) {
    this.#bits = new Int32Array(cell);
  }

  /** Clears the cell for the next run. */
  reset(): void {
    Atomics.store(this.#bits, 0, 0);
  }

  set(reason: StopReason = 'revoked'): void {
    Atomics.or(this.#bits, 0, stopBits[reason]);
  }

  /**
   * Returns whether the task is revoked. Costs 2 ns: an optimised loop may keep a plain read in a register, so every 256th
   * read is atomic, which costs 7 ns.
   */
  isSet(): boolean {
    this.#reads = (this.#reads + 1) & plainReads;
    return this.#reads === 0 || this.#bits[0] !== 0 ? this.#readRevoked() : false;
  }

  #readRevoked(): boolean {
    if ((Atomics.load(this.#bits, 0) & stopBits.revoked) !== 0) this.#seen = true;
    return this.#seen;
  }

  /** Whether `isSet` has returned true: the task knows that it is revoked. */
  get wasSeen(): boolean {
    return this.#seen;
  }

  /** Why the task must stop, without noting that the task knows it. */
  peek(): StopReason | undefined {
    const bits = Atomics.load(this.#bits, 0);
    if ((bits & stopBits.revoked) !== 0) return 'revoked';
    return (bits & stopBits.softLimit) !== 0 ? 'softLimit' : undefined;
  }

  /** Why the task must stop; a revocation wins over the soft time limit. Undefined while it may go on. */
  stopReason(): StopReason | undefined {
    if (this.isSet()) return 'revoked';
    return (Atomics.load(this.#bits, 0) & stopBits.softLimit) !== 0 ? 'softLimit' : undefined;
  }
}
