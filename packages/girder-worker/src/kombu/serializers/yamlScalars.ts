import type { ScalarTag, Tags } from 'yaml';
import { DateTime, PlainDate } from '../values.ts';

type Tag = Exclude<Tags[number], string>;

/**
 * The plain texts that are not strings in PyYAML, by their type. The package `yaml` reads further texts as numbers and booleans,
 * such as `y`, `e81`, `08:30` and `1e8`. For PyYAML these are strings, which `safe_dump` writes without quotes.
 */
const plainInPython: Readonly<Record<string, RegExp>> = {
  'tag:yaml.org,2002:bool': /yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF/,
  'tag:yaml.org,2002:int': /[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)/,
  'tag:yaml.org,2002:float':
    /[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)/,
};

/** Restricts a tag of the package to the plain texts that have its type in PyYAML. */
export function asInPython(tag: Tag): Tag {
  const python = plainInPython[tag.tag];
  if (python === undefined || !('test' in tag) || tag.test === undefined) return tag;
  return { ...tag, test: new RegExp(`^(?=(?:${python.source})$)${tag.test.source.replace(/^\^/, '')}`) };
}

const timestampParts =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?<=^\d{4}-\d\d-\d\d)|(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(\.\d*)?[ \t]*(Z|[-+]\d\d?(?::?\d\d)?)?)$/;

/** Replaces the timestamp of the package, which loses microseconds and offsets. */
export const timestamp: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: timestampParts,
  resolve: readTimestamp,
};

function readTimestamp(text: string): PlainDate | DateTime {
  const [, year = '', month = '', day = '', hour, minute, second, fraction = '', offset = ''] =
    timestampParts.exec(text) ?? [];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (hour === undefined) return new PlainDate(date);
  const micros = Number(fraction) === 0 ? '' : fraction.slice(0, 7).padEnd(7, '0');
  return new DateTime(`${date}T${hour.padStart(2, '0')}:${minute}:${second}${micros}${offsetText(offset)}`);
}

/** Returns an offset in Python's form: `+02:00`. */
function offsetText(offset: string): string {
  if (offset === '') return '';
  if (offset === 'Z') return '+00:00';
  const [, sign, hours = '', minutes = '00'] = /^([-+])(\d\d?):?(\d\d)?$/.exec(offset) ?? [];
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}
