import { EncodeError } from '../errors.ts';
import { maxIntegerDigits } from '../pythonLimits.ts';

const needsEscape = /[^ !#-[\]-~]/;
const beyondAscii = /[\x7f-\uffff]/g;

/** Writes a string like `json.dumps`, in ASCII. */
export function writeString(text: string): string {
  if (!needsEscape.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Writes a number so that Python reads an equal one.
 *
 * A number beyond 2^53 is written as a float even if it is integral: Python compares integers and floats exactly, and would
 * read the digits as a different number.
 */
export function writeNumber(value: number): string {
  if (Number.isInteger(value)) {
    if (Object.is(value, -0)) return '-0.0';
    return Number.isSafeInteger(value) ? String(value) : value.toExponential();
  }
  return String(value); // NaN and Infinity have the same names in Python.
}

/** Writes an integer in digits. Throws EncodeError if it has more digits than Python reads. */
export function writeBigInt(value: bigint): string {
  const digits = String(value);
  if (digits.replace('-', '').length > maxIntegerDigits) {
    throw new EncodeError(
      `Python cannot read an integer of more than ${maxIntegerDigits} digits: send it as a string.`,
    );
  }
  return digits;
}
