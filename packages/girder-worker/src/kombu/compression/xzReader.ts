import xz from 'xz-decompress';
import { BoundedOutput } from './boundedOutput.ts';

/** Why XZ Embedded, which the package contains, stopped: the codes of its `enum xz_ret`. */
const reasons: Readonly<Record<string, string>> = {
  3: 'there is no memory for its dictionary',
  4: 'it asks for a dictionary of more than 64 MiB',
  5: 'it is no .xz container',
  6: 'it has a filter or a checksum that is not read here',
  7: 'it is damaged',
  8: 'it ends too early, or goes on after its end',
};

/**
 * Undoes xz: the .xz container, in which Python's `lzma.compress` puts what it compresses unless told otherwise. Streams
 * that follow each other are read as one. Of filters LZMA2 is read, of checksums CRC-32 and CRC-64; a dictionary may have
 * 64 MiB, the most that any of Python's presets takes.
 *
 * Throws RangeError for other bytes; with the code ERR_BUFFER_TOO_LARGE if more than `maxOutputBytes` come out.
 */
export async function readXz(bytes: Uint8Array, maxOutputBytes: number): Promise<Buffer> {
  const output = new BoundedOutput(maxOutputBytes);
  // It comes in pieces of 64 KiB. Where one is too many, leaving the loop ends the decompression.
  for await (const piece of piecesOf(bytes)) output.append(piece);
  return output.since(0);
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  try {
    yield* new xz.XzReadableStream(ReadableStream.from([bytes]));
  } catch (cause) {
    const [code = ''] = /\d+$/.exec((cause as Error).message) ?? [];
    throw new RangeError(reasons[code] ?? (cause as Error).message, { cause });
  }
}
