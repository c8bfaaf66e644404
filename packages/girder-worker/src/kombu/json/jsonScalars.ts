import { EncodeError } from '../errors.ts';
import { maxIntegerDigits } from '../pythonLimits.ts';

const needsEscape = /[^ !#-[\]-~]/;
const beyondAscii = /[\x7f-\uffff]/g;

/** A string as `json.dumps` writes it: in ASCII. */
export function writeString(text: string): string {
  if (!needsEscape.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * A number as Python would write an equal one.
 *
 * One beyond 2^53 is written as a float even if it is integral: its digits as an integer would be another number to
 * Python, which compares integers and floats exactly.
 */
export function writeNumber(value: number): string {
  if (Number.isInteger(value)) {
    if (Object.is(value, -0)) return '-0.0';
    return Number.isSafeInteger(value) ? String(value) : value.toExponential();
  }
  return String(value); // NaN and Infinity are Python's words, too.
}

/** An integer of any size, in digits. */
export function writeBigInt(value: bigint): string {
  const digits = String(value);
  if (digits.replace('-', '').length > maxIntegerDigits) {
    throw new EncodeError(
      `Python cannot read an integer of more than ${maxIntegerDigits} digits: send it as a string.`,
    );
  }
  return digits;
}
