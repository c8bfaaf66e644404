import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  arrows,
  arrowsIn,
  type Companion,
  companions,
  placesOfTimeAndChance,
  renderArrows,
  reserved,
  roomsWithoutGirder,
  roomsWithWireNames,
  selfContained,
  subRoomArrows,
  wireNames,
} from './architecture/arrows.ts';
import { readSource, type Source } from './architecture/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = path.join(root, 'packages/girder-worker/src');

/** The modules of a package by their path below src/, without tests and what these need. */
function modulesOf(name: string): ReadonlyMap<string, Source> {
  const folder = path.join(root, 'packages', name, 'src');
  const files = globSync('**/*.ts', {
    cwd: folder,
    exclude: ['**/*.{test,arbitrary}.ts', '**/*.d.ts', '**/fixtures/**'],
  });
  return new Map(files.sort().map((file) => [file, readSource(readFileSync(path.join(folder, file), 'utf8'))]));
}

const modules = modulesOf('girder-worker');

const packageImports = packageImportsOf(modules);

function packageImportsOf(files: ReadonlyMap<string, Source>) {
  return [...files].flatMap(([file, { imports }]) =>
    imports
      .filter(({ specifier }) => !specifier.startsWith('.'))
      .map(({ specifier, kind }) => ({ file, specifier, kind })),
  );
}

/** The modules directly in src/ are the doors of the package. */
function roomOf(file: string): string {
  const [room = '', ...rest] = file.split(path.sep);
  return rest.length === 0 ? 'doors' : room;
}

/** The room and, where the file lies in one, the sub-room. */
function placeOf(file: string): string {
  return `${roomOf(file)}/${subRoomOf(file)}`;
}

function subRoomOf(file: string): string {
  const [, subRoom = '.', ...rest] = file.split(path.sep);
  return rest.length === 0 ? '.' : subRoom;
}

const packages: [name: string, tables: Companion][] = [
  ['girder-worker', { arrows, subRoomArrows }],
  ...Object.entries(companions),
];

describe.each(packages)('the rooms of %s', (name, tables) => {
  const files = modulesOf(name);
  /** An import from one room into another. */
  const crossings = [...files].flatMap(([file, { imports }]) =>
    imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier, kind }) => ({ file, from: roomOf(file), to: roomOf(path.join(file, '..', specifier)), kind }))
      .filter(({ from, to }) => from !== to),
  );

  test('are the rows of the table, no more and no fewer', () => {
    expect(new Set([...files.keys()].map(roomOf))).toEqual(new Set(Object.keys(tables.arrows)));
  });

  test('import each other only along the arrows of the table', () => {
    const violations = crossings.filter(({ from, to, kind }) => {
      const allowed = tables.arrows[from]?.[to];
      return allowed !== 'code' && allowed !== kind;
    });
    expect(violations).toEqual([]);
  });

  test('need every arrow of the table', () => {
    const needed = (from: string, to: string, kind: string) =>
      crossings.some((crossing) => crossing.from === from && crossing.to === to && crossing.kind === kind);
    const idle = Object.entries(tables.arrows).flatMap(([from, targets]) =>
      Object.entries(targets)
        .filter(([to, kind]) => !needed(from, to, kind))
        .map(([to, kind]) => ({ from, to, kind })),
    );
    expect(idle).toEqual([]);
  });

  test('never import each other in a circle', () => {
    expect(Object.keys(tables.arrows).filter((room) => reachableFrom(room, tables.arrows).has(room))).toEqual([]);
  });

  test('have the sub-rooms of the table, no more and no fewer', () => {
    const found = new Set([...files.keys()].filter((file) => file.split(path.sep).length > 2).map(placeOf));
    const wanted = Object.entries(tables.subRoomArrows).flatMap(([room, subRooms]) =>
      Object.keys(subRooms)
        .filter((subRoom) => subRoom !== '.')
        .map((subRoom) => `${room}/${subRoom}`),
    );
    expect(found).toEqual(new Set(wanted));
  });

  test('import within themselves only along the arrows between their sub-rooms', () => {
    const violations = [...files].flatMap(([file, { imports }]) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => ({ file, to: path.join(file, '..', specifier) }))
        .filter(({ to }) => roomOf(to) === roomOf(file) && placeOf(to) !== placeOf(file))
        .filter(({ to }) => !tables.subRoomArrows[roomOf(file)]?.[subRoomOf(file)]?.includes(subRoomOf(to))),
    );
    expect(violations).toEqual([]);
  });

  test('have no files that import each other in a circle, types included', () => {
    expect(circlesIn(files)).toEqual([]);
  });
});

describe.each(Object.keys(companions))('%s', (name) => {
  test('imports of the library only what its package.json exports', () => {
    const { exports } = JSON.parse(readFileSync(path.join(root, 'packages/girder-worker/package.json'), 'utf8'));
    const used = packageImportsOf(modulesOf(name)).filter(({ specifier }) => /^girder-worker(\/|$)/.test(specifier));
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter(({ specifier }) => !(specifier.replace(/^girder-worker/, '.') in exports))).toEqual([]);
  });
});

describe('the rooms of the library', () => {
  test('do not import the packages that build and run deployments', () => {
    const used = packageImports.filter(({ specifier }) => specifier in companions);
    expect(used).toEqual([]);
  });

  test.each(Object.entries(reserved))('import %s only where it is reserved for', (reservedFor, places) => {
    const importers = packageImports.filter(({ specifier }) => specifier.startsWith(reservedFor));
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter(({ file }) => !places.some((place) => file.startsWith(place)))).toEqual([]);
  });

  test.each(selfContained)('need no npm package in %s/ but for types', (room) => {
    const packages = packageImports.filter(({ specifier, kind }) => kind === 'code' && !specifier.startsWith('node:'));
    expect(packages.filter(({ file }) => roomOf(file) === room)).toEqual([]);
  });

  test(`say Celery's names only in ${roomsWithWireNames.join('/ and ')}/`, () => {
    const speakers = [...modules].flatMap(([file, { words }]) =>
      wireNames.filter((name) => words.has(name)).map((name) => ({ file, name })),
    );
    expect(speakers.length).toBeGreaterThan(0);
    expect(speakers.filter(({ file }) => !roomsWithWireNames.includes(roomOf(file)))).toEqual([]);
  });

  test(`do not know Girder in ${roomsWithoutGirder.join('/, ')}/: it is a listener, a revocation source and an extension`, () => {
    const speakers = [...modules].flatMap(([file, { words }]) =>
      [...words]
        .filter((word) => /girder(?![-_]?worker)|job(info|manager)/i.test(word))
        .map((word) => ({ file, word })),
    );
    expect(speakers.length).toBeGreaterThan(0);
    expect(speakers.filter(({ file }) => roomsWithoutGirder.includes(roomOf(file)))).toEqual([]);
  });
});

describe('the files of the library', () => {
  test('take time and randomness from a System, whose real one alone asks Node for them', () => {
    const users = [...modules].filter(([file]) => !placesOfTimeAndChance.includes(file));
    expect(users.flatMap(([file, { timeAndChance }]) => timeAndChance.map((use) => ({ file, use })))).toEqual([]);
    for (const file of placesOfTimeAndChance) expect(modules.get(file)?.timeAndChance).not.toEqual([]);
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

/** Each circle of imports as the files that reach each other, found by depth-first search (Tarjan 1972). */
function circlesIn(files: ReadonlyMap<string, Source>): string[][] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];

  const visit = (file: string) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const { specifier } of files.get(file)!.imports) {
      const target = path.join(file, '..', specifier);
      if (!specifier.startsWith('.') || !files.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1) circles.push(component.sort());
  };

  for (const file of files.keys()) if (!order.has(file)) visit(file);
  return circles;
}

function reachableFrom(room: string, table: typeof arrows, reached: Set<string> = new Set()): Set<string> {
  for (const target of Object.keys(table[room] ?? {})) {
    if (reached.has(target)) continue;
    reached.add(target);
    reachableFrom(target, table, reached);
  }
  return reached;
}
