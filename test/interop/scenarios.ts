import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('scenarios', import.meta.url));

/** A scenario that Python runs and judges. */
export interface Scenario {
  /** `module.function`. */
  readonly name: string;
  /** What it proves. */
  readonly sentence: string;
}

/** All scenarios, by the file that they are in. */
export function scenarios(): ReadonlyMap<string, readonly Scenario[]> {
  const files = readdirSync(folder).filter((file) => /^[a-z]\w*\.py$/.test(file));
  return new Map(files.sort().map((file) => [file.replace('.py', ''), scenariosIn(file)]));
}

/** What a file of scenarios is about: the text at its top. */
export function titleOf(file: string): string {
  const title = /^"""(.+?)\.?"""$/m.exec(readFileSync(join(folder, `${file}.py`), 'utf8'))?.[1];
  if (!title) throw new Error(`${file}.py does not say at its top what it is about`);
  return title;
}

function scenariosIn(file: string): Scenario[] {
  const source = readFileSync(join(folder, file), 'utf8');
  const found = [...source.matchAll(/^@scenario\("(.+)"\)\ndef (\w+)\(\):$/gm)];
  const declared = source.match(/^@scenario/gm)?.length ?? 0;
  if (found.length !== declared)
    throw new Error(`${file} has ${declared} scenarios, of which ${found.length} can be read`);
  return found.map(([, sentence = '', name]) => ({ name: `${file.replace('.py', '')}.${name}`, sentence }));
}
