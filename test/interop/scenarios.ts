import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('scenarios', import.meta.url));

/** A scenario, which runs in Python and contains its assertions. */
export interface Scenario {
  /** `module.function`. */
  readonly name: string;
  /** What it asserts. */
  readonly sentence: string;
}

/** Returns all scenarios by the name of their file without `.py`. */
export function scenarios(): ReadonlyMap<string, readonly Scenario[]> {
  const files = readdirSync(folder).filter((file) => /^[a-z]\w*\.py$/.test(file));
  return new Map(files.sort().map((file) => [file.replace('.py', ''), scenariosIn(file)]));
}

/** Returns the title of a file of scenarios, which is its docstring. Throws an Error if the file has none. */
export function titleOf(file: string): string {
  const title = /^"""(.+?)\.?"""$/m.exec(readFileSync(join(folder, `${file}.py`), 'utf8'))?.[1];
  if (!title) throw new Error(`${file}.py has no docstring. Add a title in the first line.`);
  return title;
}

function scenariosIn(file: string): Scenario[] {
  const source = readFileSync(join(folder, file), 'utf8');
  const found = [...source.matchAll(/^@scenario\("(.+)"\)\ndef (\w+)\(\):$/gm)];
  const declared = source.match(/^@scenario/gm)?.length ?? 0;
  if (found.length !== declared)
    throw new Error(`Of the ${declared} scenarios of ${file} only ${found.length} have the expected form.`);
  return found.map(([, sentence = '', name]) => ({ name: `${file.replace('.py', '')}.${name}`, sentence }));
}
