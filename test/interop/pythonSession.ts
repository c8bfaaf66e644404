import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** A scenario that Python runs and judges. */
export interface Scenario {
  /** `module.function`. */
  readonly name: string;
  /** What it proves. */
  readonly sentence: string;
}

/** All scenarios, by the file that they are in. */
export function scenarios(): ReadonlyMap<string, readonly Scenario[]> {
  const files = readdirSync(join(folder, 'scenarios')).filter((file) => /^[a-z]\w*\.py$/.test(file));
  return new Map(files.map((file) => [file.replace('.py', ''), scenariosIn(file)]));
}

function scenariosIn(file: string): Scenario[] {
  const source = readFileSync(join(folder, 'scenarios', file), 'utf8');
  const found = [...source.matchAll(/^@scenario\("(.+)"\)\ndef (\w+)\(\):$/gm)];
  const declared = source.match(/^@scenario/gm)?.length ?? 0;
  if (found.length !== declared)
    throw new Error(`${file} has ${declared} scenarios, of which ${found.length} can be read`);
  return found.map(([, sentence = '', name]) => ({ name: `${file.replace('.py', '')}.${name}`, sentence }));
}

/** A Python process with a Celery client, that runs scenarios one after the other. */
export class PythonSession {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(python: string, env: NodeJS.ProcessEnv) {
    this.#process = spawn(python, ['-u', 'session.py'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** Rejects with Python's traceback if the scenario does not hold. */
  async run({ name }: Pick<Scenario, 'name'>): Promise<void> {
    this.#process.stdin!.write(`${JSON.stringify({ run: name })}\n`);
    const { done, value } = await this.#answers.next();
    if (done) throw new Error('The Python session has ended.');
    const { ok, error } = JSON.parse(value) as { ok: boolean; error?: string };
    if (!ok) throw new Error(error);
  }

  async end(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.stdin!.end();
    await exited;
  }
}
