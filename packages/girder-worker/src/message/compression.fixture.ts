import { brotliDecompressSync } from 'node:zlib';

/** For tests: what Python's `bz2.compress` and `lzma.compress` have made of texts, in base64. */
export const inPython = {
  bzip2: {
    /** Of `[["é"], {}, {}]`. */
    body: 'QlpoOTFBWSZTWZMijJ8AAAOSlFAEAAoACgAgCAAgADEGTEDRppkERbCXjEHLxdyRThQkJMijJ8A=',
    /** Of nothing. */
    empty: 'QlpoORdyRThQkAAAAAA=',
    /** Of the squares of 0 to 199, with spaces between them. */
    squares:
      'QlpoOTFBWSZTWe1t6zQAAGTYAEAAQAB/4EACkB2m3ba0NU/KbRoqBqeNKSnkhE9NAyoEqeISntU0VUa7+fvrqvcSXbRqUU0qpoWGZGpSaWtGYEycdZiEZnWBMndNmDhdAHm5WGgI1llI83DbSiqlNLtWOoHpLIZ7GVcVRpHXDM2efOJNQHm5Qldmn71PdVON37eSwv7vhPezHbOtqefya09zmV0ctZxyUTBv9RtOl2Nrzw8qSjXLYvuxZjb5zPibMk9W72J1DcZ1AauTrOW2fsZHeO+iq/kRZG1a9egoBknY450UGUifUpgZXyG3G4JqHUcJklLdYUewt+vlpI6hYyIlyAsZqLUpmItXnbzc8uUijrPJdazW8i+879PY3LGcclEwkLTjhXsP1IVObDdlYNma10uPJHCTbHnVynqZUaL2MkUbEe9BwCZgklHWs7mS+cvTC3l+u+634pKhRxyqCKQlpyO0UL5VnX4i8wpemRw+y9S3evicpVXYECGjKMikoE3mGpqkZYzsNop43daoPLQRSOC2YfQGuU8xmyXOmA0FuVGz1bM0juYUpSxnXaN7jlooMhKcJbSly/l337X6udh22cczto6LCr1YP4u5IpwoSHa29ZoA',
    /** Of 100,000 times `abc`, in blocks of 100,000 bytes. */
    blocks:
      'QlpoMTFBWSZTWVoLN+QAQRcBADgAIAAwzAUppqpCB1UhA1UhA8xQVkmU1laCzfkAEEXAQA4ACAAMMwFKaaqQgdVIQNVIQPMUFZJlNZWgs35ABBFwEAOAAgADDMBSmmqkIHVSEDVSEDzFBWSZTWbCfGSYAAAkBADgAIAAwzAmqaYrisV4u5IpwoSF5+Cy6A==',
    /** Of the runs of `runLengths`, of `a`, `b` and `c` in turn. */
    runs: 'QlpoOTFBWSZTWWpGJGYAACNBAf8AOAAAgAAYIABwQDQAJCmpmSnqZZhJJCNkgg1D22bYdr2uAj5oLEF03jrJ1+4L5paYuoUYS9GPjqpnuIRbaGzYNxsP4u5IpwoSDUjEjMA=',
  },
  xz: {
    /** Of `[["é"], {}, {}]`, as are the following. */
    body: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAPW1siw6kiXSwge30sIHt9XQBQUwyXsxIy+AABKBDlC2xgH7bzfQEAAAAABFla',
    withCrc32: '/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAPW1siw6kiXSwge30sIHt9XQB3crpiAAEkEOlE2cyQQpkNAQAAAAABWVo=',
    withoutChecksum: '/Td6WFoAAAD/EtlBAgAhARYAAAB0L+WjAQAPW1siw6kiXSwge30sIHt9XQAAASAQ7YG1qAZynnoBAAAAAABZWg==',
    withPreset9: '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jMAQAPW1siw6kiXSwge30sIHt9XQBQUwyXsxIy+AABKBDlC2xgH7bzfQEAAAAABFla',
    withSha256:
      '/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAPW1siw6kiXSwge30sIHt9XQBa8td2MM9A2ed42HUlVWWeDQH0NKb0dZEbHgoq5GgVVAABQBBK6kjNGJtLmgEAAAAAClla',
    withDelta: '/Td6WFoAAATm1rRGAgEDAQAhARZ5IMTuAQAPWwDHoeZ5O8/0WwKv9FsC4ABQUwyXsxIy+AABKBDlC2xgH7bzfQEAAAAABFla',
    withDictionaryOf96MiB:
      '/Td6WFoAAATm1rRGAgAhAR0AAAB1qOR0AQAPW1siw6kiXSwge30sIHt9XQBQUwyXsxIy+AABKBDlC2xgH7bzfQEAAAAABFla',
    /** `format=FORMAT_ALONE`, the container that came before .xz. */
    alone: 'XQAAgAD//////////wAt4IWGqRCN1vgo7U1XmEKrAf//+IdgAA==',
    /** Of nothing. */
    empty: '/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=',
  },
} as const;

export const runLengths: readonly number[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 254, 255, 256, 257, 258, 259, 260, 261, 262, 510, 518, 519, 520, 1000, 255],
  ...[4, 4, 4, 3, 5],
];

/** A gigabyte (2^30) of zeros, in 785 bytes of bzip2 and 156,316 of xz. What is here are these bytes in brotli, in base64. */
export const gigabyte = {
  bzip2: fromBrotli(
    'GxAD+I/TBXeRq/Bq4JzLwGm0bbbZ+lUUaedzYjRdTyV2TOPntzh567CIRCWqA15YAIWtkecETb3R5MiA/b0PPAGAEAF7UUrDi/agFufITvpvYF1/iWg/1Lqe5GgYr3hhnLjV4385BA==',
  ),
  xz: fromBrotli(
    'W5tiAuJywCYylugj5kirJ9iMtXMku5XY8LaOkF88fr0RKn1inc8mXJ94nQ0MZXlLUgYUyiLTShBSWYL+uJ/vviVgUoVIW1DZQJsGtptNILJBZgUxu24t8zzBtij0oPcHkAf5gXV2cQp5DVSd09xBVDi07cEMMn6kJ8blC0qKHoGkRkZBabcQYYATzvJMI0owOeCJBrm488l0SEHOkWaWYPxucIAQWkARpR4mRIHCgHIBINnRBL6evqyKfyAAkNuTaSsCcAggQFJ/yh8TzAAQ+QKT/xLaUzO1ER6zdYozSvDPuz88d9Evh4+rV3Arq7noHfh5uvu4ISbmQQBj68qOMh/bKCRs272AQ/TRpclrHHL2LocNWUmndXm6GCqZafJrTrt8Erhp310hJFtul1iCAbU974hMcWKMcSSHa+4Rh90oNv80nJQVSLV3VP49W3UUjd+zzq1DLiF0H19namw6fhdZS3exw+xX6f5ZODW/X8kZHVB0GfD0X75MDwb8T41Q0F99j3y+A1z2Ds8osPy80Pgh5pC86kbl2J8yPBxXurB+vNCPtawh4/7ehzcS8KHd/wi2+P5P4ua7R1bWanXxOZ9d9d8PnaWdP2vLv1HD83v1/M6M5pmsu67UpDL4G9aVgAYv6puB7O4PEJTROhYBC7bKL/heGArwvIRmZAgAKCvKpdDDFUBEHwM=',
  ),
};

export function bytesIn(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

/** The bytes with each of their bits wrong in turn. */
export function* withOneBitWrong(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const spoilt = Buffer.from(bytes);
    spoilt[bit >> 3]! ^= 1 << (bit & 7);
    yield spoilt;
  }
}

function fromBrotli(base64: string): Buffer {
  return brotliDecompressSync(bytesIn(base64));
}
