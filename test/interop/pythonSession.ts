import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Emulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import type { Scenario } from './scenarios.ts';

export { type Scenario, scenarios } from './scenarios.ts';

/** Returns the environment for a Python process that uses a stack; `lab.py` reads it. */
export function pythonEnvironment(
  env: NodeJS.ProcessEnv,
  { sqsEndpoint, dynamodbEndpoint }: Pick<Emulators, 'sqsEndpoint' | 'dynamodbEndpoint'>,
): NodeJS.ProcessEnv {
  return { ...env, SQS_PORT: new URL(sqsEndpoint).port, DYNAMODB_PORT: new URL(dynamodbEndpoint).port };
}

/** A Python process with a Celery client. It runs scenarios one after the other. */
export class PythonSession {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(python: string, env: NodeJS.ProcessEnv) {
    this.#process = spawn(python, ['-u', 'session.py'], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#answers = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** Rejects with Python's traceback if the scenario fails. */
  async run({ name }: Pick<Scenario, 'name'>): Promise<void> {
    await this.call(`scenarios.${name}`);
  }

  /** Calls a function of a module in this folder. Resolves to its return value, or rejects with Python's traceback. */
  async call(name: string): Promise<unknown> {
    this.#process.stdin!.write(`${JSON.stringify({ run: name })}\n`);
    const { done, value } = await this.#answers.next();
    if (done) throw new Error('The Python session has ended.');
    const answer = JSON.parse(value) as { ok: boolean; error?: string; value?: unknown };
    if (!answer.ok) throw new Error(answer.error);
    return answer.value;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.stdin!.end();
    await exited;
  }
}

/** Several concurrent sessions. Each scenario runs in the first session that is free. */
export class PythonSessions {
  readonly #all: readonly PythonSession[];
  readonly #free: PythonSession[];
  readonly #waiting: ((session: PythonSession) => void)[] = [];

  constructor(count: number, python: string, env: NodeJS.ProcessEnv) {
    this.#all = Array.from({ length: count }, () => new PythonSession(python, env));
    this.#free = [...this.#all];
  }

  async run(scenario: Pick<Scenario, 'name'>): Promise<void> {
    const session = this.#free.pop() ?? (await new Promise<PythonSession>((resolve) => this.#waiting.push(resolve)));
    try {
      await session.run(scenario);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(session);
      else this.#free.push(session);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((session) => session.end()));
  }
}
