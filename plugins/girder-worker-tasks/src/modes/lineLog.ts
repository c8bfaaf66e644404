import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** The most that one stream writes to the log. */
const maxLoggedBytes = 1024 * 1024;

/** The longest line. A longer one is logged in parts. */
const maxLineLength = 16 * 1024;

/** Writes a stream to the log, line by line. What is beyond 1 MiB is read, but not logged. */
export class LineLog {
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  readonly #log: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #bytes = 0;

  constructor(stream: Readable, log: (line: string) => void) {
    this.#log = log;
    this.ended = new Promise((resolve) => {
      stream.on('data', (chunk: Uint8Array) => this.#write(chunk));
      stream.once('close', () => {
        this.#end();
        resolve();
      });
      stream.once('error', () => undefined);
    });
  }

  #write(chunk: Uint8Array): void {
    const wasLogged = this.#bytes < maxLoggedBytes;
    const part = chunk.subarray(0, Math.max(0, maxLoggedBytes - this.#bytes));
    this.#bytes += chunk.length;
    const lines = (this.#rest + this.#decoder.write(Buffer.from(part))).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#logLine(line);
    for (; this.#rest.length > maxLineLength; this.#rest = this.#rest.slice(maxLineLength)) {
      this.#log(this.#rest.slice(0, maxLineLength));
    }
    if (wasLogged && this.#bytes > maxLoggedBytes)
      this.#logLine('… The output is longer than 1 MiB. The rest is not logged.');
  }

  #end(): void {
    this.#rest += this.#decoder.end();
    if (this.#rest !== '') this.#logLine(this.#rest);
    this.#rest = '';
  }

  #logLine(line: string): void {
    this.#log(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
