import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  arrows,
  arrowsIn,
  renderArrows,
  reserved,
  roomsWithWireNames,
  selfContained,
  wireNames,
} from './architecture/arrows.ts';
import { readSource, type Source } from './architecture/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = path.join(root, 'packages/girder-worker/src');

/** The library's modules by their path below src/, without tests and what these need. */
const modules: ReadonlyMap<string, Source> = new Map(
  globSync('**/*.ts', { cwd: library, exclude: ['**/*.{test,arbitrary}.ts', '**/*.d.ts', '**/fixtures/**'] })
    .sort()
    .map((file) => [file, readSource(readFileSync(path.join(library, file), 'utf8'))]),
);

/** An import from one room into another. */
const crossings = [...modules].flatMap(([file, { imports }]) =>
  imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, kind }) => ({ file, from: roomOf(file), to: roomOf(path.join(file, '..', specifier)), kind }))
    .filter(({ from, to }) => from !== to),
);

const packageImports = [...modules].flatMap(([file, { imports }]) =>
  imports
    .filter(({ specifier }) => !specifier.startsWith('.'))
    .map(({ specifier, kind }) => ({ file, specifier, kind })),
);

/** The modules directly in src/ are the doors of the package. */
function roomOf(file: string): string {
  const [room = '', ...rest] = file.split(path.sep);
  return rest.length === 0 ? 'doors' : room;
}

describe('the rooms of the library', () => {
  test('are the rows of the table, no more and no fewer', () => {
    expect(new Set([...modules.keys()].map(roomOf))).toEqual(new Set(Object.keys(arrows)));
  });

  test('import each other only along the arrows of the table', () => {
    const violations = crossings.filter(({ from, to, kind }) => {
      const allowed = arrows[from]?.[to];
      return allowed !== 'code' && allowed !== kind;
    });
    expect(violations).toEqual([]);
  });

  test('need every arrow of the table', () => {
    const needed = (from: string, to: string, kind: string) =>
      crossings.some((crossing) => crossing.from === from && crossing.to === to && crossing.kind === kind);
    const idle = Object.entries(arrows).flatMap(([from, targets]) =>
      Object.entries(targets)
        .filter(([to, kind]) => !needed(from, to, kind))
        .map(([to, kind]) => ({ from, to, kind })),
    );
    expect(idle).toEqual([]);
  });

  test('never import each other in a circle', () => {
    expect(Object.keys(arrows).filter((room) => reachableFrom(room).has(room))).toEqual([]);
  });

  test('of the build and of the runtime know nothing of each other but what a task and a registry are', () => {
    expect(arrows.build).toEqual({ task: 'code', registry: 'types' });
    const importers = Object.keys(arrows).filter((room) => 'build' in (arrows[room] ?? {}));
    expect(importers).toEqual(['cli']);
  });

  test.each(Object.entries(reserved))('import %s only where it is reserved for', (reservedFor, places) => {
    const importers = packageImports.filter(({ specifier }) => specifier.startsWith(reservedFor));
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter(({ file }) => !places.some((place) => file.startsWith(place)))).toEqual([]);
  });

  test.each(selfContained)('need no npm package in %s/', (room) => {
    const packages = packageImports.filter(({ specifier }) => !specifier.startsWith('node:'));
    expect(packages.filter(({ file }) => roomOf(file) === room)).toEqual([]);
  });

  test(`say Celery's names only in ${roomsWithWireNames.join('/ and ')}/`, () => {
    const speakers = [...modules].flatMap(([file, { words }]) =>
      wireNames.filter((name) => words.has(name)).map((name) => ({ file, name })),
    );
    expect(speakers.length).toBeGreaterThan(0);
    expect(speakers.filter(({ file }) => !roomsWithWireNames.includes(roomOf(file)))).toEqual([]);
  });
});

describe('code outside the library', () => {
  test('comes in through the doors that its package.json names, not through files', () => {
    const outside = globSync(['plugins/**/*.ts', 'functions/**/*.ts', 'examples/**/*.ts'], {
      cwd: root,
      exclude: ['**/node_modules/**', '**/*.test.ts'],
    });
    const violations = outside.flatMap((file) =>
      readSource(readFileSync(path.join(root, file), 'utf8'))
        .imports.filter(({ specifier }) => specifier.startsWith('.'))
        .filter(({ specifier }) => path.join(root, file, '..', specifier).startsWith(library))
        .map(({ specifier }) => ({ file, specifier })),
    );
    expect(outside.length).toBeGreaterThan(0);
    expect(violations).toEqual([]);
  });
});

test('ARCHITECTURE.md shows the table as it is', () => {
  expect(arrowsIn(readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8'))).toBe(renderArrows());
});

function reachableFrom(room: string, reached: Set<string> = new Set()): Set<string> {
  for (const target of Object.keys(arrows[room] ?? {})) {
    if (reached.has(target)) continue;
    reached.add(target);
    reachableFrom(target, reached);
  }
  return reached;
}
