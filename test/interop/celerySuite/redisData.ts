/** A value of the protocol: an integer, a bulk string, an array, no value, or an error. */
export type Reply = number | string | readonly string[] | null | Error;

/**
 * The suite waits for up to 60 seconds for what must happen, and for ten seconds for what must not happen. The worker needs
 * less than a second. Longer timeouts than this one are divided.
 */
const longTimeoutSeconds = 5;
const timeoutDivisor = 4;

/** The lists and counters of a Redis server. All values are strings. */
export class RedisData {
  readonly #lists = new Map<string, string[]>();
  readonly #counters = new Map<string, number>();
  /** The clients that wait for an element of a list, or for a counter. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Runs a command, whose name is in capital letters. Resolves to its reply: to an Error for one that it does not have. */
  async run(name: string, words: readonly string[]): Promise<Reply> {
    const [key = ''] = words;
    switch (name) {
      case 'CLIENT':
        return 'OK'; // Redis clients send their name and version when they connect.
      case 'RPUSH':
        return this.#push(key, words.slice(1));
      case 'LRANGE':
        return this.#range(key, Number(words[1]), Number(words[2]));
      case 'LLEN':
        return this.#lists.get(key)?.length ?? 0;
      case 'BLPOP':
        return this.#pop(key, Number(words[1]));
      case 'INCR':
        return this.#increment(key);
      case 'GET':
        return this.#count(key);
      case 'DEL':
        return words.filter((word) => this.#delete(word)).length;
      case 'EXISTS':
        return words.filter((word) => this.#has(word)).length;
      default:
        return new Error(`unknown command '${name}'`);
    }
  }

  #push(key: string, values: readonly string[]): number {
    const list = this.#lists.get(key) ?? [];
    this.#lists.set(key, list);
    list.push(...values);
    this.#wake(key, values.length);
    return list.length;
  }

  #range(key: string, first: number, last: number): readonly string[] {
    const list = this.#lists.get(key) ?? [];
    return list.slice(first, last === -1 ? undefined : last + 1);
  }

  /** Removes the first element, for which it waits. Resolves to null at the end of the timeout. */
  async #pop(key: string, requestedSeconds: number): Promise<Reply> {
    const seconds = requestedSeconds > longTimeoutSeconds ? requestedSeconds / timeoutDivisor : requestedSeconds;
    const deadline = performance.now() + seconds * 1000;
    while (!this.#lists.get(key)?.length) {
      if (!(await this.#changed(key, deadline - performance.now()))) return null;
    }
    const list = this.#lists.get(key)!;
    const element = list.shift()!;
    if (list.length === 0) this.#lists.delete(key); // As in Redis, an empty list does not exist.
    return [key, element];
  }

  /** Wakes the clients that have waited longest. */
  #wake(key: string, clients: number): void {
    for (const wake of this.#waiting.get(key)?.splice(0, clients) ?? []) wake();
  }

  /** Resolves to true when the list or the counter has changed, and to false at the end of the timeout. */
  #changed(key: string, timeoutMs: number): Promise<boolean> {
    if (timeoutMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? [];
      this.#waiting.set(key, waiting);
      const end = (changed: boolean) => {
        clearTimeout(timer);
        const place = waiting.indexOf(wake);
        if (place >= 0) waiting.splice(place, 1);
        resolve(changed);
      };
      const wake = () => end(true);
      waiting.push(wake);
      const timer = setTimeout(() => end(false), timeoutMs);
    });
  }

  #increment(key: string): number {
    const count = (this.#counters.get(key) ?? 0) + 1;
    this.#counters.set(key, count);
    this.#wake(key, Number.POSITIVE_INFINITY);
    return count;
  }

  /**
   * Resolves to a counter. If it does not exist, waits for it, unlike Redis: the suite reads only counters that must exist,
   * some of them once, when the worker may not have incremented them yet.
   */
  async #count(key: string): Promise<Reply> {
    if (!this.#counters.has(key)) await this.#changed(key, longTimeoutSeconds * 1000);
    return this.#counters.get(key)?.toString() ?? null;
  }

  #has(key: string): boolean {
    return this.#lists.has(key) || this.#counters.has(key);
  }

  #delete(key: string): boolean {
    const existed = this.#has(key);
    this.#lists.delete(key);
    this.#counters.delete(key);
    return existed;
  }
}
