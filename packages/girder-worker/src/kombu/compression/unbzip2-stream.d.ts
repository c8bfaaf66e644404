/** The decoder inside the package `unbzip2-stream`, which has no types of its own. */
declare module 'unbzip2-stream/lib/bzip2.js' {
  import type { BitReader } from 'unbzip2-stream/lib/bit_iterator.js';

  const bzip2: {
    /** Allocates the tables of the decoder, and reads the signature of a stream. Returns the block size in units of 100,000 bytes. */
    header(bits: BitReader): number;
    /**
     * Reads a block, and calls `onByte` for each of its bytes. `entries` has room for `blockBytes`. Returns the checksum of
     * the stream so far, or null if it has read the end of the stream instead.
     */
    decompress(
      bits: BitReader,
      onByte: (byte: number) => void,
      entries: Int32Array,
      blockBytes: number,
      checksum: number,
    ): number | null;
  };
  export default bzip2;
}

declare module 'unbzip2-stream/lib/bit_iterator.js' {
  export interface BitReader {
    (bits: number): number;
    /** How many bytes were read, the last one maybe in part. */
    readonly bytesRead: number;
  }

  /** Returns a reader of the bits of chunks. It calls `nextChunk` for the first chunk, and whenever a chunk has ended. */
  export default function bitIterator(nextChunk: () => Uint8Array): BitReader;
}
