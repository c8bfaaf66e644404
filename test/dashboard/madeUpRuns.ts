import type { RunRecord } from 'girder-worker/internal/operations';

/** The ids of the tasks that tests open. */
export const ids = {
  failed: idOf(0xf1),
  retried: idOf(0xf2),
  running: idOf(0xf3),
  revoked: idOf(0xf4),
  long: idOf(0xf5),
  hostile: idOf(0xf6),
  secret: idOf(0xf7),
  chordRoot: idOf(0xc0),
  chordBody: idOf(0xc9),
} as const;

/** What would run as code if the page did not show it as text. */
export const hostile = `<img src=x onerror="window.wasAttacked=true">"'><script>window.wasAttacked=true</script>`;

export const traceback = [
  'Traceback (most recent call last):',
  ...Array.from(
    { length: 40 },
    (_, index) =>
      `  File "/var/task/site-packages/imaging/pipeline/stage_${index}.py", line ${100 + index}, in process_stage_${index}\n    return self.next_stage(image, options=options, depth=${index})`,
  ),
  'ValueError: The tile 17/3/9 has 3 bands, expected 4',
].join('\n');

const names = [
  ...[
    'imaging.tiles.render_tile',
    'imaging.tiles.build_pyramid',
    'imaging.thumbnails.create',
    'imaging.metadata.extract',
  ],
  ...['collections.import_collection', 'collections.index_item', 'collections.verify_checksums', 'mail.send_digest'],
  ...[
    'mail.send_invitation',
    'reports.monthly.collect',
    'reports.monthly.render_pdf',
    'billing.charge',
    'billing.refund',
  ],
  ...[
    'girder_worker.docker.run',
    'girder_worker.transforms.upload',
    'search.reindex',
    'search.optimize',
    'auth.expire_sessions',
  ],
  ...[
    'exports.csv',
    'exports.zip_folder',
    'geo.reproject_raster',
    'geo.vectorize',
    'ml.segment_nuclei',
    'ml.train_classifier',
  ],
  ...['cleanup.remove_temporary_files', 'webhooks.deliver', 'übersetzung.prüfe_größe'],
] as const;

const errors = [
  ...['ValueError("The tile 17/3/9 has 3 bands, expected 4")', "TimeoutError('timed out after 30 s')"],
  ...["ConnectionError('Max retries exceeded with url: /api/v1/item')", "KeyError('größe')"],
];

export const queues = ['celery', 'imaging', 'mail', 'reports.monthly', 'broken'] as const;

export function idOf(number: number): string {
  const hex = number.toString(16).padStart(12, '0');
  return `${((number * 2654435761) >>> 0).toString(16).padStart(8, '0')}-5a1e-4c0d-9b2f-${hex}`;
}

/** Random numbers from 0 to 1 that are the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** The run of a task that is alone. */
function record(id: string, task: string, endedMs: number, more: Partial<RunRecord> = {}): RunRecord {
  const receivedMs = more.receivedMs ?? endedMs - 900;
  return {
    ...{ id, task, state: 'SUCCESS', rootId: id, parentId: null, group: null, queue: 'celery' },
    ...{ worker: 'celery@girder-worker-prod', requestId: `7d1f-${id.slice(0, 8)}`, receivedMs, endedMs },
    ...{ startedMs: receivedMs + 40, retries: 0, receiveCount: 1, sizeBytes: 812 },
    ...{ args: '()', kwargs: '{}', error: null, dueMs: null, follows: [] },
    ...more,
  };
}

/** How long ago a run ended: over six hours, with a load that goes up and down. */
function agoMs(random: () => number): number {
  for (;;) {
    const ago = random() * 6 * 3_600_000;
    if (random() < 0.6 + 0.4 * Math.sin(ago / 700_000)) return Math.floor(ago);
  }
}

/** The many runs of a stack, over some hours before `nowMs`. */
export function manyRuns(nowMs: number, count: number): RunRecord[] {
  const random = randomNumbers(7);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() ** 1.7 * values.length)]!;
  return Array.from({ length: count }, (_, index) => {
    const task = pick(names);
    const endedMs = nowMs - 1000 - agoMs(random);
    const runtimeMs = Math.ceil(60 * Math.exp(random() * 4) * (1 + task.length / 20));
    const chance = random();
    const error = pick(errors);
    const end: Partial<RunRecord> =
      chance < 0.035
        ? { state: 'FAILURE', error }
        : chance < 0.05
          ? { state: 'REVOKED', error: 'revoked', startedMs: null }
          : { state: 'SUCCESS' };
    const receivedMs = endedMs - runtimeMs;
    return record(idOf(0x10000 + index), task, endedMs, {
      ...{ receivedMs, queue: task.split('.')[0] === 'imaging' ? 'imaging' : 'celery' },
      startedMs: receivedMs + Math.floor(Math.min(40, runtimeMs / 2)),
      ...{
        args: `('s3://bucket/item-${index}.tiff', ${index % 19})`,
        kwargs: `{'zoom': ${index % 9}, 'crs': 'EPSG:3857'}`,
      },
      ...{ retries: random() < 0.04 ? 1 : 0, sizeBytes: 600 + (index % 900) },
      ...end,
    });
  });
}

/** The runs of the tasks that tests open. */
export function chosenRuns(nowMs: number): RunRecord[] {
  const at = nowMs - 90_000;
  const retry = { state: 'RETRY' as const, error: "ConnectionError('503 Service Unavailable')" };
  return [
    record(ids.failed, 'imaging.tiles.build_pyramid', at, {
      ...{ state: 'FAILURE', error: errors[0]!, queue: 'imaging', retries: 0 },
      ...{
        args: "('s3://bucket/Übersicht – größe.tiff', 512)",
        kwargs: "{'compression': 'deflate', 'overviews': [2, 4, 8]}",
      },
    }),
    ...[0, 1, 2].map((index) => {
      const receivedMs = at - 600_000 + index * 200_000;
      const endedMs = receivedMs + 4000 + index * 1500;
      return record(ids.retried, 'webhooks.deliver', endedMs, {
        ...{ receivedMs, startedMs: receivedMs + 700, retries: index, args: "('https://example.org/hook',)" },
        ...(index < 2 && { ...retry, dueMs: endedMs + 190_000 }),
      });
    }),
    record(ids.running, 'ml.train_classifier', at, { ...retry, dueMs: at + 20_000, args: '(40,)', queue: 'imaging' }),
    record(ids.revoked, 'exports.zip_folder', at, { state: 'REVOKED', startedMs: null, error: 'terminated' }),
    record(ids.long, 'collections.index_item', at, { args: `(${"'very long argument', ".repeat(50)}...)` }),
    record(ids.hostile, `evil.${hostile}`, at + 500, {
      ...{ state: 'FAILURE', args: `(${JSON.stringify(hostile)},)`, kwargs: `{'a': ${JSON.stringify(hostile)}}` },
      ...{ error: `Error(${hostile})`, worker: hostile, requestId: hostile },
    }),
    record(ids.secret, 'auth.expire_sessions', at, {
      args: "('ada', '***')",
      kwargs: "{'when': datetime.date(2026, 1, 2)}",
    }),
    ...chordRuns(at),
  ];
}

/** A task that sends a chord, whose body calls others. */
function chordRuns(at: number): RunRecord[] {
  const root = { rootId: ids.chordRoot, queue: 'imaging' };
  const body = { kind: 'chord', id: ids.chordBody, task: 'reports.monthly.collect' } as const;
  const following = [
    { kind: 'chain', id: idOf(0xca), task: 'reports.monthly.render_pdf' },
    { kind: 'callback', id: idOf(0xcb), task: 'mail.send_digest' },
    { kind: 'errback', id: idOf(0xcc), task: 'mail.send_a_very_long_name_of_an_error_report' },
  ] as const;
  const members = Array.from({ length: 8 }, (_, index) =>
    record(idOf(0xc1 + index), 'imaging.tiles.render_tile', at - 40_000 + index * 900, {
      ...{ ...root, parentId: ids.chordRoot, group: 'c0ffee00-0000-4000-8000-000000000001', follows: [body] },
      args: `(${index},)`,
      ...(index === 5 && { retries: 2 }),
    }),
  );
  return [
    record(ids.chordRoot, 'collections.import_collection', at - 60_000, root),
    ...members,
    record(ids.chordBody, body.task, at - 20_000, { ...root, parentId: ids.chordRoot, follows: following }),
    record(following[0].id, following[0].task, at - 10_000, {
      ...root,
      parentId: ids.chordBody,
      state: 'FAILURE',
      error: errors[3]!,
    }),
  ];
}
