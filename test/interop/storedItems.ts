/** What `sends.py` tells of one item of the table. */
export interface StoredItem {
  readonly key: string;
  /** The type of each attribute (B, N, S…) by its name; null where there is no item. */
  readonly attributes: Readonly<Record<string, string>> | null;
  /** The fields of the stored result, each as the JSON text that Python makes of it. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A field in which what two workers stored differs; undefined where one of them has no such field. */
export interface FieldDifference {
  /** Of the stored result; or `item`, where only one has any; or `attribute x`. */
  readonly field: string;
  readonly celery: string | undefined;
  readonly ours: string | undefined;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Compares what two workers have stored for one send, but for times, ids, hosts and the text of tracebacks. */
export function differencesOf(celery: readonly StoredItem[], ours: readonly StoredItem[]): FieldDifference[] {
  if (celery.length !== ours.length) throw new Error('The two have not sent the same');
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

/** Names ids by where they are first found, so that an id that only one worker stores changes no other name. */
function namesOfIds(items: readonly StoredItem[]): (id: string) => string {
  const names = new Map<string, string>();
  const learn = (text: string, place: string) => {
    const found = (text.match(uuid) ?? []).filter((id) => !names.has(id));
    for (const [index, id] of [...new Set(found)].entries()) names.set(id, `id ${index + 1} of ${place}`);
  };
  for (const [index, { key }] of items.entries()) learn(key, `key ${index + 1}`);
  for (const [index, { fields }] of items.entries()) {
    for (const [name, text] of Object.entries(fields)) learn(text, `${name} ${index + 1}`);
  }
  return (id) => names.get(id)!;
}

function textsOf({ attributes, fields }: StoredItem, nameOf: (id: string) => string): ReadonlyMap<string, string> {
  const types = Object.entries(attributes ?? {}).map(([name, type]) => [`attribute ${name}`, type] as const);
  const texts = Object.entries(fields).map(([name, text]) => [name, comparable(name, text, nameOf)] as const);
  return new Map([...types, ...texts]);
}

/** A field without what differs from run to run. */
function comparable(name: string, text: string, nameOf: (id: string) => string): string {
  if (name === 'date_done' && text !== 'null') return 'a time';
  if (name === 'worker') return 'a host';
  if (name === 'traceback' && text !== 'null') return 'a traceback';
  return text.replaceAll(uuid, nameOf);
}
