import xz from 'xz-decompress';
import { yieldToEventLoop } from '../../system/eventLoop.ts';
import { BoundedOutput } from './boundedOutput.ts';

/** The error codes of XZ Embedded, on which the package is based (`enum xz_ret`). */
const reasons: Readonly<Record<string, string>> = {
  3: 'there is not enough memory for the xz dictionary',
  4: 'the xz dictionary has more than 64 MiB',
  5: 'the data is not in the .xz container format',
  6: 'the xz data has an unsupported filter or checksum',
  7: 'the xz data is damaged',
  8: 'the xz data is truncated, or data follows its end',
};

/**
 * Decompresses xz in the .xz container, which is the default of Python's `lzma.compress`. Concatenated streams are read as
 * one. The filter LZMA2 and the checksums CRC-32 and CRC-64 are supported. The dictionary may have up to 64 MiB, the most
 * that a preset of Python has.
 *
 * Throws RangeError for other bytes, and RangeError with the code ERR_BUFFER_TOO_LARGE if the output has more than
 * `maxOutputBytes`.
 */
export async function readXz(bytes: Uint8Array, maxOutputBytes: number): Promise<Buffer> {
  const output = new BoundedOutput(maxOutputBytes);
  // The chunks have 64 KiB. If one exceeds the limit, the exception leaves the loop, which cancels the decompression.
  for await (const chunk of chunksOf(bytes)) {
    output.append(chunk);
    await yieldToEventLoop();
  }
  return output.since(0);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  try {
    yield* new xz.XzReadableStream(ReadableStream.from([bytes]));
  } catch (cause) {
    const [code = ''] = /\d+$/.exec((cause as Error).message) ?? [];
    throw new RangeError(reasons[code] ?? (cause as Error).message, { cause });
  }
}
