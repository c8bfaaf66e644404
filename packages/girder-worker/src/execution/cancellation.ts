/** How many plain reads may pass before one that is certain to see what another thread wrote. */
const readsPerLoad = 64;

/** Why a task is to stop: each a bit of the cell. */
export const stopBits = { revoked: 1, softLimit: 2 } as const;

export type StopReason = keyof typeof stopBits;

/** A cell of memory that two threads share: written on the one side, read on the other, while that one computes. */
export class CancellationFlag {
  readonly cell: SharedArrayBuffer;
  readonly #bits: Int32Array;
  #readsLeft = readsPerLoad;
  #seen = false;

  constructor(cell: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.cell = cell;
    this.#bits = new Int32Array(cell);
  }

  raise(reason: StopReason = 'revoked'): void {
    Atomics.or(this.#bits, 0, stopBits[reason]);
  }

  /**
   * Whether the task is revoked. Costs about a nanosecond: a plain read may be kept in a register while a loop runs, so
   * that every so often it is an atomic one.
   */
  isRaised(): boolean {
    if (--this.#readsLeft > 0 && this.#bits[0] === 0) return false;
    return this.#look();
  }

  #look(): boolean {
    this.#readsLeft = readsPerLoad;
    if ((Atomics.load(this.#bits, 0) & stopBits.revoked) !== 0) this.#seen = true;
    return this.#seen;
  }

  /** Whether somebody has asked, and was told that the task is revoked. */
  get wasSeen(): boolean {
    return this.#seen;
  }

  /** Why the task is to stop, the revocation before the limit. */
  stopReason(): StopReason | undefined {
    if (this.isRaised()) return 'revoked';
    return (Atomics.load(this.#bits, 0) & stopBits.softLimit) !== 0 ? 'softLimit' : undefined;
  }
}
