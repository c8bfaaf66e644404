import { type Fields, textOf } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { fetchFromGirder } from './girderInput.ts';
import { pushToGirder } from './girderOutput.ts';
import { fetchFromHttp, pushToHttp } from './http.ts';
import { fetchInline, inlineData } from './inline.ts';
import { fetchFromLocal, pushToLocal } from './local.ts';
import type { FetchTarget, Produced } from './transfer.ts';

/** How data comes from, or goes to, one kind of place. */
interface BindingMode {
  readonly fetch: (binding: Fields, target: FetchTarget, context: RunContext) => Promise<unknown>;
  readonly push: (output: Produced, binding: Fields, context: RunContext) => Promise<void>;
}

const remoteModes: ReadonlyMap<string, BindingMode> = new Map([
  ['http', { fetch: fetchFromHttp, push: pushToHttp }],
  ['local', { fetch: fetchFromLocal, push: pushToLocal }],
  ['girder', { fetch: fetchFromGirder, push: pushToGirder }],
]);

/** Whether an input of a mode is a file unless its spec has a target: those of Girder are. */
export function defaultTarget(binding: Fields): 'memory' | 'filepath' {
  return modeOf(binding) === 'girder' ? 'filepath' : 'memory';
}

/** Fetches the data of an input. Returns the path of a file if the target is one. */
export async function fetchBinding(binding: Fields, target: FetchTarget, context: RunContext): Promise<unknown> {
  context.checkpoint();
  const mode = modeOf(binding);
  return mode === 'inline' ? fetchInline(binding, target, context) : remoteMode(mode).fetch(binding, target, context);
}

/** The fields of a binding that hold secrets, or what only a run needs. They are not returned. */
const privateFields = new Set(['token', 'headers', 'script_data']);

/** Sends an output to where its binding says. Returns the binding for the result, with `data` if it is inline. */
export async function pushBinding(output: Produced, binding: Fields, context: RunContext): Promise<Fields> {
  context.checkpoint();
  const mode = modeOf(binding);
  const shown = Object.fromEntries(Object.entries(binding).filter(([name]) => !privateFields.has(name)));
  if (mode === 'inline') return { ...shown, data: await inlineData(output, context) };
  await remoteMode(mode).push(output, binding, context);
  return shown;
}

/** Throws if a binding has a mode that this worker does not know, before work is done for it. */
export function assertMode(binding: Fields): void {
  const mode = modeOf(binding);
  if (mode !== 'inline') remoteMode(mode);
}

function remoteMode(mode: string): BindingMode {
  const found = remoteModes.get(mode);
  if (found) return found;
  throw new Error(
    `Unknown mode "${mode}" of a binding. This worker knows inline, ${[...remoteModes.keys()].join(', ')}.`,
  );
}

/** The mode of a binding. That of a binding without one, or with `auto`, follows from its URL. */
function modeOf(binding: Fields): string {
  const mode = textOf(binding, 'mode', 'the binding') ?? 'auto';
  if (mode !== 'auto') return mode;
  const url = textOf(binding, 'url', 'the binding');
  if (url === undefined) return 'inline';
  const scheme = url.split(':', 1)[0]!;
  if (scheme === 'https') return 'http';
  return scheme === 'file' ? 'local' : scheme;
}
