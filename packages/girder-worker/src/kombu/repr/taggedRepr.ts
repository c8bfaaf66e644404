import { type Tagged, withUuidDashes } from '../values.ts';

const isoParts = /^(?:(\d{4})-?(\d\d)-?(\d\d))?[T ]?(?:(\d\d):?(\d\d)?:?(\d\d)?(?:[.,](\d+))?)?(Z|[+-]\d\d.*)?$/i;

/** Returns Python's `repr` of a tagged value, which is the call that constructs it: `Decimal('1.50')`. */
export function taggedRepr({ type, value }: Tagged): string {
  switch (type) {
    case 'datetime':
    case 'date':
    case 'time':
      return `datetime.${type}(${timeArguments(String(value)).join(', ')})`;
    case 'decimal':
      return `Decimal('${value}')`;
    case 'uuid':
      return `UUID('${withUuidDashes((value as { hex: string }).hex)}')`;
    default:
      return `<${type} object>`;
  }
}

/** Python leaves out microseconds of zero, and then also seconds of zero. */
function timeArguments(iso: string): string[] {
  const [, year, month, day, hour, minute, second, fraction = '', offset] = isoParts.exec(iso) ?? [];
  const date = [year, month, day].filter((part) => part !== undefined);
  if (hour === undefined) return date.map(decimal);
  const microseconds = fraction.slice(0, 6).padEnd(6, '0');
  const rest = [second ?? '0', microseconds];
  while (rest.length > 0 && Number(rest.at(-1)) === 0) rest.pop();
  const numbers = [...date, hour, minute ?? '0', ...rest].map(decimal);
  return offset === undefined ? numbers : [...numbers, `tzinfo=${timezone(offset)}`];
}

function decimal(digits: string): string {
  return String(Number(digits));
}

function timezone(offset: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = (offset.slice(1).match(/\d\d/g) ?? []).map(Number);
  const size = (hours * 60 + minutes) * 60 + seconds;
  if (size === 0) return 'datetime.timezone.utc';
  const delta = offset.startsWith('-') ? `days=-1, seconds=${86_400 - size}` : `seconds=${size}`;
  return `datetime.timezone(datetime.timedelta(${delta}))`;
}
