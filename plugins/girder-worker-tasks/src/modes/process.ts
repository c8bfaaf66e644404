import { textOrBytes } from '../bindings/content.ts';
import type { Produced } from '../bindings/transfer.ts';
import { describe, positiveNumberOf, textOf } from '../fields.ts';
import { producedBy } from '../run/outputs.ts';
import type { TaskSpec } from '../run/taskSpec.ts';
import { expandArguments, outputPath } from './arguments.ts';
import type { ModeResult, ModeRun } from './mode.ts';
import { findProgram } from './programs.ts';
import { spawnProgram } from './spawnProgram.ts';

const streams = ['_stdout', '_stderr'] as const;

/**
 * Runs the `program` of a task with the arguments `args`, in the temporary folder, without a shell. Outputs are files in that
 * folder, or `_stdout` and `_stderr`. Streams that are no outputs go to the log. Rejects if the exit code is not 0.
 */
export async function runProcess({ spec, inputs, outputs: bindings, context }: ModeRun): Promise<ModeResult> {
  assertOutputs(spec);
  const name = textOf(spec.fields, 'program', 'the task');
  if (name === undefined) throw new Error('A task of mode "process" needs "program".');
  const folder = await context.temporaryFolder();
  const values = { spec, inputs, outputs: bindings, folder };
  const collected = await spawnProgram({
    name,
    path: await findProgram(name, context.settings),
    args: expandArguments(values),
    folder,
    timeSeconds: positiveNumberOf(spec.fields, 'time_limit', 'the task'),
    collect: { stdout: spec.outputs.has('_stdout'), stderr: spec.outputs.has('_stderr') },
    maxBytes: context.settings.maxDataBytes,
    signal: context.signal,
    log: context.log,
  });
  const outputs = new Map<string, Produced>();
  for (const [id, port] of spec.outputs) {
    const stream = streams.find((candidate) => candidate === id);
    if (stream) {
      const data = textOrBytes(stream === '_stdout' ? collected.stdout : collected.stderr);
      outputs.set(id, { kind: 'memory', data, subject: `Output "${id}"` });
    } else {
      outputs.set(id, await producedBy(port, outputPath(id, values), context));
    }
  }
  return { outputs };
}

function assertOutputs({ outputs }: TaskSpec): void {
  for (const { id, target } of outputs.values()) {
    const isStream = streams.some((stream) => stream === id);
    if (isStream ? target !== 'filepath' : target === 'filepath') continue;
    throw new Error(
      `Output ${describe(id)} of a task of mode "process" must be "_stdout" or "_stderr" in memory, or have the target "filepath".`,
    );
  }
}
