/** An item of the table, as `sends.py` returns it. */
export interface StoredItem {
  readonly key: string;
  /** The type of each attribute (B, N, S…) by its name; null if there is no item. */
  readonly attributes: Readonly<Record<string, string>> | null;
  /** The fields of the stored result, each as the JSON text that Python writes. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A field that two workers have stored differently; undefined for a worker that has not stored it. */
export interface FieldDifference {
  /** A field of the stored result; `item` if only one worker stored an item; or `attribute x`. */
  readonly field: string;
  readonly celery: string | undefined;
  readonly ours: string | undefined;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Returns the differences between the items that two workers stored for one send. Ignores times, ids, hosts and tracebacks. */
export function differencesOf(celery: readonly StoredItem[], ours: readonly StoredItem[]): FieldDifference[] {
  if (celery.length !== ours.length) throw new Error('The two sends did not return the same number of items.');
  const nameOfTheirs = namesOfIds(celery);
  const nameOfOurs = namesOfIds(ours);
  return celery.flatMap((item, place) => {
    const other = ours[place]!;
    if (item.attributes === null || other.attributes === null) {
      const [theirs, mine] = [presence(item), presence(other)];
      return theirs === mine ? [] : [{ field: 'item', celery: theirs, ours: mine }];
    }
    return differences(textsOf(item, nameOfTheirs), textsOf(other, nameOfOurs));
  });
}

function differences(celery: ReadonlyMap<string, string>, ours: ReadonlyMap<string, string>): FieldDifference[] {
  const fields = new Set([...celery.keys(), ...ours.keys()]);
  return [...fields]
    .map((field) => ({ field, celery: celery.get(field), ours: ours.get(field) }))
    .filter((difference) => difference.celery !== difference.ours);
}

function presence({ attributes, fields }: StoredItem): string {
  return attributes === null ? 'none' : (fields.status ?? 'one');
}

/** Names each id by its first occurrence, so that an id that only one worker stores does not change other names. */
function namesOfIds(items: readonly StoredItem[]): (id: string) => string {
  const names = new Map<string, string>();
  const nameIdsIn = (text: string, place: string) => {
    const found = (text.match(uuid) ?? []).filter((id) => !names.has(id));
    for (const [index, id] of [...new Set(found)].entries()) names.set(id, `id ${index + 1} of ${place}`);
  };
  for (const [index, { key }] of items.entries()) nameIdsIn(key, `key ${index + 1}`);
  for (const [index, { fields }] of items.entries()) {
    for (const [name, text] of Object.entries(fields)) nameIdsIn(text, `${name} ${index + 1}`);
  }
  return (id) => names.get(id)!;
}

function textsOf({ attributes, fields }: StoredItem, nameOf: (id: string) => string): ReadonlyMap<string, string> {
  const types = Object.entries(attributes ?? {}).map(([name, type]) => [`attribute ${name}`, type] as const);
  const texts = Object.entries(fields).map(([name, text]) => [name, comparable(name, text, nameOf)] as const);
  return new Map([...types, ...texts]);
}

/** Returns the text of a field without the parts that differ from run to run. */
function comparable(name: string, text: string, nameOf: (id: string) => string): string {
  if (name === 'date_done' && text !== 'null') return 'a time';
  if (name === 'worker') return 'a host';
  if (name === 'traceback' && text !== 'null') return 'a traceback';
  return text.replaceAll(uuid, nameOf);
}
