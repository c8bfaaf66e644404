import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireFlower } from '../support/requirements.ts';
import { ask } from './flower/askFlower.ts';
import { runComparedTasks } from './flower/comparedTasks.ts';
import { differencesOf, normalized, typesIn } from './flower/comparison.ts';
import {
  type ComparedRequest,
  comparedRequests,
  comparedSearches,
  fieldDifferences,
  workerDifferences,
} from './flower/differences.ts';
import { expectFlowerTables, type FlowerTables } from './flower/document.ts';
import { type Side, startFlower, startOurs } from './flower/flowerSides.ts';
import { typeOf } from './flower/typedJson.ts';

interface Compared extends Side {
  /** The labels of tasks and of the worker, by their ids and by its name. */
  readonly labels: ReadonlyMap<string, string>;
}

describe.skipIf(!requireFlower())('the API of the dashboard, compared with a real Flower', () => {
  let started: Side[] = [];
  let sides: readonly [flower: Compared, ours: Compared];
  const tables: FlowerTables = { fields: new Map(), requests: [] };

  beforeAll(async () => {
    started = await Promise.all([startFlower(), startOurs()]);
    const [flower, ours] = await Promise.all(
      started.map(async (side) => {
        const labels = await runComparedTasks(side);
        const [worker] = Object.keys((await ask(side, 'GET /workers?status=true')).body as object);
        return { ...side, labels: new Map([...labels, [worker!, 'the worker']]) };
      }),
    );
    sides = [flower!, ours!];
  }, 300_000);

  afterAll(() => Promise.all(started.map((side) => side.stop())));

  /** Asks both sides; `<success>` in the request is the id of that task, and ids in the answers are the labels of tasks. */
  const askBoth = (request: string, body?: unknown) =>
    Promise.all(
      sides.map(async (side) => {
        const filled = request.replace(/<([^>]+)>/g, (_, label) => idOf(side, label));
        const answer = await ask(side, filled, body);
        return { ...answer, typed: answer.body, body: normalized(answer.body, side.labels) };
      }),
    );

  const idOf = ({ labels }: Compared, label: string) => [...labels].find(([, known]) => known === label)![0];

  test('tells of each task what Flower tells, but for the listed fields', async () => {
    const found: Record<string, string[]> = {};
    const shown: unknown[] = [];
    const [inFlower, here] = await askBoth('GET /tasks');
    for (const label of [...sides[0].labels.values()].filter((known) => known !== 'the worker')) {
      const [flower, ours] = await askBoth(`GET /task/info/<${label}>`);
      for (const [name, value] of Object.entries(flower!.typed as object))
        tables.fields.set(name, new Set([...(tables.fields.get(name) ?? []), typeOf(value)]));
      for (const difference of differencesOf(label, flower!.body as object, ours!.body as object)) {
        shown.push(difference);
        found[difference.path] = [...(found[difference.path] ?? []), label];
      }
      // A list shows of a task what it shows alone.
      const listed = [inFlower!, here!].map(({ body }) => (body as Readonly<Record<string, object>>)[`<${label}>`]);
      expect([listed[1], Object.keys(listed[1]!).sort(compare)], label).toEqual([
        ours!.body,
        Object.keys(listed[0]!).sort(compare),
      ]);
    }
    const expected = Object.entries(fieldDifferences).map(([name, { of }]) => [name, of] as const);
    expect(found, JSON.stringify(shown, null, 1)).toEqual(Object.fromEntries(expected));
  });

  test('finds and orders tasks as Flower', async () => {
    for (const query of comparedSearches) {
      const path = query.includes('sort_by') ? query : `sort_by=received&${query}`;
      const [flower, ours] = (await askBoth(`GET /tasks?${path}`)).map(({ body }) => Object.keys(body as object));
      expect(ours, query).toEqual(flower);
    }
  });

  test('tells of a worker what Flower tells, but for the listed fields', async () => {
    const [flower, ours] = (await askBoth('GET /workers?refresh=true&workername=<the worker>')).map(({ typed }) =>
      typesIn(Object.values(typed as object)[0]),
    );
    const paths = [...new Set([...flower!.keys(), ...ours!.keys()])].filter(
      (path) => flower!.get(path) !== ours!.get(path),
    );
    const fields = Object.keys(workerDifferences);
    const covers = (field: string, path: string) => `${path}.`.replace('[', '.').startsWith(`${field}.`);
    expect(paths.filter((path) => !fields.some((field) => covers(field, path)))).toEqual([]);
    expect(fields.filter((field) => !paths.some((path) => covers(field, path)))).toEqual([]);
  });

  test.each(comparedRequests.map((compared) => [titleOf(compared), compared] as const))(
    'answers %s as Flower, or as the list says',
    async (title, { request, body, difference }) => {
      const [flower, ours] = (await askBoth(request, body)).map(({ typed: _, ...answer }) => answer);
      if (difference === undefined) expect(ours).toEqual(flower);
      else expect(ours, 'is the same: remove it from the list').not.toEqual(flower);
      tables.requests.push({ title, flower: flower!.status, ours: ours!.status, difference });
    },
  );

  test('refuses a request without a password as Flower', async () => {
    const statuses = await Promise.all(sides.map(async ({ url }) => (await fetch(`${url}/tasks`)).status));
    expect(statuses).toEqual([401, 401]);
  });

  test('is described in docs/flower.md', () => {
    expectFlowerTables(tables);
  });
});

function titleOf({ request, body }: ComparedRequest): string {
  return body === undefined ? request : `${request} ${JSON.stringify(body)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
