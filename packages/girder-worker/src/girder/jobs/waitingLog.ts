/** The longest log that waits for a Girder that cannot be reached. */
const maxCharacters = 1024 * 1024;

/** The log of a job that was not sent yet, with a bound: what exceeds it is dropped, and the log says so. */
export class WaitingLog {
  #text = '';
  #dropped = 0;

  get length(): number {
    return this.#text.length;
  }

  /** What it contains, and what was dropped of it. */
  get lostLength(): number {
    return this.#text.length + this.#dropped;
  }

  /** Adds text. `elsewhere` is the length of the log that was taken, and that still waits. */
  add(text: string, elsewhere: number): void {
    const room = Math.max(0, maxCharacters - this.#text.length - elsewhere);
    if (room > 0) {
      this.noteDropped();
      this.#text += text.slice(0, room);
    }
    this.#dropped += Math.max(0, text.length - room);
  }

  /** Adds how much was dropped since the last time, if anything was. */
  noteDropped(): void {
    if (this.#dropped > 0) this.#text += `\n[${this.#dropped} characters were dropped here]\n`;
    this.#dropped = 0;
  }

  /** Returns what it contains, and empties it. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

/**
 * The longest log of one update. Girder keeps as many updates of this length as fit into 4 MiB: with longer ones it would
 * drop the beginning of the log earlier.
 */
const maxPerUpdate = 64 * 1024;

/** As much of a text as one update takes, without cutting a character in two. */
export function firstPart(text: string): string {
  if (text.length <= maxPerUpdate) return text;
  const isHalf = /[\ud800-\udbff]/.test(text.charAt(maxPerUpdate - 1));
  return text.slice(0, isHalf ? maxPerUpdate - 1 : maxPerUpdate);
}
