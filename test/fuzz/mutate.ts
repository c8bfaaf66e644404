import { type RecordedEnvelope, recordedFiles, recordedMessages } from '../wire/captures.ts';

type Random = () => number;

const invalidValues: readonly unknown[] = [
  ...[null, true, -1, 2 ** 53, 1e308, '', 'x', '\ud800', [], {}, [[]], [null, null, null]],
  ...['__proto__', 'constructor', 'toString', 'labtasks.add'],
  ...[
    { __type__: 'datetime', __value__: 'x' },
    { __type__: [], __value__: 1 },
    { 'py/id': 9 },
    { 'py/tuple': [[], {}, {}] },
  ],
  ...[
    { task: 'labtasks.add' },
    { task: {}, args: 1 },
    { task: 'celery.group', kwargs: { tasks: 'x' }, subtask_type: 'group' },
  ],
  ...[1e6, '2099-01-01T00:00:00', '1999-01-01', 'not a time'],
];

const invalidTexts = [
  'NaN',
  '-Infinity',
  '1e999',
  '9'.repeat(5000),
  '['.repeat(3000),
  '{"a":'.repeat(3000),
  '{"__proto__": {"task": 1}}',
];

/** Returns the SQS body of a random recorded message with one to three random mutations. */
export function mutatedMessage(random: Random): string {
  const { envelope, body } = pick(corpus, random);
  const copy = structuredClone(envelope) as unknown as Record<string, unknown>;
  let text = body;
  for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
    const place = random();
    if (place < 0.35) mutateValue(copy, random);
    else if (place < 0.7) text = mutateJson(text, random);
    else if (place < 0.8) text = text.slice(0, Math.floor(random() * text.length));
    else if (place < 0.9) text = text.replace(/"\w+"/, pick(['"__proto__"', '"constructor"', '"task"'], random));
    else text = text.replace(/\d+|null|"[^"]*"/, pick(invalidTexts, random));
  }
  const { body_encoding: encoding } = (copy.properties ?? {}) as { body_encoding?: unknown };
  const isEncoded = random() < 0.05 ? encoding !== 'base64' : encoding === 'base64';
  const json = JSON.stringify({ ...copy, body: isEncoded ? Buffer.from(text).toString('base64') : text });
  const whole = random() < 0.1 ? json.slice(0, Math.floor(random() * json.length)) : json;
  return random() < 0.5 ? Buffer.from(whole).toString('base64') : whole;
}

/** All recorded messages whose body is JSON of less than 20,000 characters. */
const corpus: readonly { readonly envelope: RecordedEnvelope; readonly body: string }[] = recordedFiles()
  .flatMap((file) => recordedMessages(file))
  .filter(({ envelope, taskBody }) => envelope?.['content-type'] === 'application/json' && taskBody !== undefined)
  .map(({ envelope, taskBody }) => ({ envelope, body: JSON.stringify(taskBody) }))
  .filter(({ body }) => body.length < 20_000);

/** Replaces, deletes or adds a random value in a document. */
function mutateValue(document: Record<string, unknown>, random: Random): void {
  let at: Record<string, unknown> = document;
  for (;;) {
    const key = pick(Object.keys(at), random);
    const value = key === undefined ? undefined : at[key];
    if (key !== undefined && typeof value === 'object' && value !== null && random() < 0.8) {
      at = value as Record<string, unknown>;
      continue;
    }
    const name = key === undefined || random() < 0.2 ? pick(['__proto__', 'constructor', 'extra'], random) : key;
    if (random() < 0.2) delete at[name];
    else
      Object.defineProperty(at, name, {
        value: structuredClone(pick(invalidValues, random)),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return;
  }
}

function mutateJson(json: string, random: Random): string {
  try {
    const document = { root: JSON.parse(json) as unknown };
    mutateValue(document, random);
    return JSON.stringify(document.root) ?? 'null';
  } catch {
    return json + pick(['}', ']', '"', ' '], random);
  }
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}
