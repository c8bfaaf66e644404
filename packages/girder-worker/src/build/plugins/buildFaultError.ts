import { inspect } from 'node:util';
import type { Fault } from './faults.ts';

/** A fault on its way to the report. */
export class BuildFaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.code);
    this.fault = fault;
  }
}

/** Does what a plugin may fail at, and turns what it throws into a fault. */
export async function toFault<T>(faultOf: (error: unknown) => Fault, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new BuildFaultError(faultOf(error));
  }
}

const shownLines = 8;
const ownFolder = new URL('.', import.meta.url).href;

/** What a plugin threw: its message, and where; frames of Node's and of ours tell nobody anything. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error);
  const lines = (error.stack ?? `${error.name}: ${error.message}`).split('\n');
  return lines
    .filter((line) => !/^\s*at /.test(line) || !(line.includes('node:') || line.includes(ownFolder)))
    .slice(0, shownLines)
    .join('\n');
}
