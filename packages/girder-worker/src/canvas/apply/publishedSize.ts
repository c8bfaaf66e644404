import { EncodeError } from '../../kombu/errors.ts';
import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import { maxDepth } from '../../kombu/pythonLimits.ts';
import { encode, type OutgoingMessage } from '../../message/encode.ts';
import { stampValuesOf } from '../../message/headerReaders.ts';
import { maxStampValues } from '../../message/limits.ts';
import type { Steps } from '../../system/steps.ts';
import { beyondLimit, maxFollowingBytes, maxMessageBytes } from '../signatures/limits.ts';

/** The text of a value in JSON. */
interface JsonSize {
  readonly bytes: number;
  /** How deep it is nested; 0 for a scalar. */
  readonly levels: number;
}

/** About the size of the headers and properties that every message has. */
const envelopeBytes = 900;

/** Celery cuts the reprs of arguments to about this length. */
const maxReprBytes = 1100;

/** From this estimate on, a message is encoded to know its size. */
const exactFromBytes = 0.8 * maxMessageBytes;

/**
 * Counts the bytes of messages before they are encoded. A part that many messages share, such as the body of a chord, is read
 * once.
 */
export class PublishedSize {
  readonly #sizes = new Map<object, JsonSize>();
  #bytes = 0;

  /** The bytes of all messages that were added, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds messages, one in each step.
   *
   * Throws CanvasError TOO_LARGE for a message that SQS does not take, for more stamps than a worker accepts, and for messages
   * that are too large together; EncodeError for a value that cannot be encoded.
   */
  *add(messages: readonly OutgoingMessage[]): Steps<void> {
    for (const message of messages) {
      yield;
      assertStamps(message);
      this.#bytes += this.#assertSize(message);
      if (this.#bytes > maxFollowingBytes)
        throw beyondLimit(
          `The tasks that follow this one are more than ${maxFollowingBytes} bytes`,
          `${maxFollowingBytes} bytes`,
          'each message has the arguments and the body of its chord: pass the key of a large value instead of the value',
        );
    }
  }

  #assertSize(message: OutgoingMessage): number {
    const { args = [], kwargs = {}, embed = {}, stamps = {}, headers = {}, properties = {} } = message;
    const [positional, named, follows, ...others] = [args, kwargs, embed, stamps, headers, properties].map((part) =>
      this.#sizeOf(part),
    ) as [JsonSize, JsonSize, JsonSize, ...JsonSize[]];
    // The list of args, kwargs and embed is a level, too.
    if (Math.max(positional.levels, named.levels, follows.levels) + 1 > maxDepth)
      throw new EncodeError(
        `The arguments of ${message.task} are nested deeper than the ${maxDepth} levels that Python can read: send them flattened.`,
      );
    const reprs = Math.min(positional.bytes, maxReprBytes) + Math.min(named.bytes, maxReprBytes);
    const inner = inBase64(positional.bytes + named.bytes + follows.bytes);
    const bytes = inBase64(inner + envelopeBytes + reprs + others.reduce((sum, part) => sum + part.bytes, 0));
    if (bytes < exactFromBytes) return bytes;
    const exact = bytes < 2 * maxMessageBytes ? encode(message).length : bytes;
    if (exact <= maxMessageBytes) return exact;
    throw beyondLimit(
      `The message of ${message.task}, which follows this task, has about ${exact} bytes`,
      `${maxMessageBytes} bytes`,
      'pass the key of a large value instead of the value, and shorten what follows',
    );
  }

  #sizeOf(value: unknown): JsonSize {
    if (typeof value === 'string') return { bytes: isPlain(value) ? value.length + 2 : written(value), levels: 0 };
    if (typeof value !== 'object' || value === null) return { bytes: written(value), levels: 0 };
    const known = this.#sizes.get(value);
    if (known) return known;
    this.#sizes.set(value, endless);
    const size = this.#sizeOfObject(value);
    this.#sizes.set(value, size);
    return size;
  }

  #sizeOfObject(value: object): JsonSize {
    if (Array.isArray(value)) return this.#sizeOfItems(value, 0);
    const prototype: unknown = Object.getPrototypeOf(value);
    if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value)
      return { bytes: written(value), levels: 1 };
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const names = entries.reduce((sum, [name]) => sum + (isPlain(name) ? name.length + 4 : written(name) + 2), 0);
    return this.#sizeOfItems(
      entries.map(([, item]) => item),
      names,
    );
  }

  #sizeOfItems(items: readonly unknown[], otherBytes: number): JsonSize {
    let [bytes, levels] = [2 + otherBytes + 2 * Math.max(0, items.length - 1), 0];
    for (const item of items) {
      const size = this.#sizeOf(item);
      bytes += size.bytes;
      levels = Math.max(levels, size.levels);
      if (bytes > maxFollowingBytes) break;
    }
    return { bytes, levels: levels + 1 };
  }
}

/** A value that is a part of itself. */
const endless: JsonSize = { bytes: Number.POSITIVE_INFINITY, levels: Number.POSITIVE_INFINITY };

/** Whether JSON writes a text as it is. */
function isPlain(text: string): boolean {
  return !/[^\x20-\x7e]|["\\]/.test(text);
}

function written(value: unknown): number {
  return stringifyPythonJson(value).length;
}

function inBase64(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

function assertStamps({ task, stamps = {} }: OutgoingMessage): void {
  const values = stampValuesOf(stamps);
  if (values > maxStampValues)
    throw beyondLimit(
      `The message of ${task}, which follows this task, has ${values} values of stamps`,
      `${maxStampValues} values`,
      'put the values into an argument',
    );
}
