import { fetchBinding } from '../bindings/bindings.ts';
import type { Produced } from '../bindings/transfer.ts';
import { type Fields, positiveNumberOf, textOf } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { producedBy } from '../run/outputs.ts';
import type { ModeResult, ModeRun } from './mode.ts';
import { runScript, type ScriptLimits } from './runScript.ts';
import type { ScriptRequest } from './scriptThread.ts';

const defaultMemoryMebibytes = 64;
const minMemoryMebibytes = 8;

/** A name that can be a variable. Reserved words match, too: the thread reports them. */
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/**
 * Runs the `script` of a task in a thread of its own. Its inputs are variables, as is `_tempdir` if a file is involved. Its
 * outputs are read from the variables of their names afterwards.
 *
 * The thread has no environment variables and limited memory, but it is no sandbox: it can open files and connections.
 */
export async function runJavascript({ spec, inputs, context }: ModeRun): Promise<ModeResult> {
  const variables = new Map([...inputs].map(([id, { value }]) => [id, value]));
  const ports = [...spec.inputs.values(), ...spec.outputs.values()];
  if (ports.some((port) => port.target === 'filepath') || [...inputs.values()].some((input) => input.isFile)) {
    variables.set('_tempdir', await context.temporaryFolder());
  }
  for (const name of [...variables.keys(), ...spec.outputs.keys()]) {
    if (!identifier.test(name))
      throw new Error(`"${name}" cannot be the name of a variable of JavaScript. Rename the input or output.`);
  }
  const request: ScriptRequest = {
    script: await scriptOf(spec.fields, context),
    names: [...variables.keys()],
    values: [...variables.values()],
    outputs: [...spec.outputs.keys()],
  };
  const values = await runScript(request, limitsOf(spec.fields), context.signal, context.log);
  const outputs = new Map<string, Produced>();
  for (const [index, port] of [...spec.outputs.values()].entries()) {
    outputs.set(port.id, await producedBy(port, values[index], context));
  }
  return { outputs };
}

/** Returns the `script` of a task, or the text at its `script_uri`, which is fetched as the input of a binding with this URL. */
async function scriptOf(task: Fields, context: RunContext): Promise<string> {
  const script = textOf(task, 'script', 'the task');
  if (script !== undefined) return script;
  const url = textOf(task, 'script_uri', 'the task');
  if (url === undefined) throw new Error('A task of mode "javascript" needs "script" or "script_uri".');
  const text = await fetchBinding({ url }, { kind: 'memory' }, context);
  if (typeof text === 'string') return text;
  throw new Error(`The script at "${url}" is not UTF-8.`);
}

/** The limits of a script. A spec can lower the memory, and set a time. */
function limitsOf(task: Fields): ScriptLimits {
  const memory = positiveNumberOf(task, 'memory_limit', 'the task') ?? defaultMemoryMebibytes;
  return {
    memoryMebibytes: Math.max(minMemoryMebibytes, Math.min(memory, defaultMemoryMebibytes)),
    timeSeconds: positiveNumberOf(task, 'time_limit', 'the task'),
  };
}
