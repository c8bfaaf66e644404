import { inspect } from 'node:util';
import type { Fault } from './faults.ts';

/** Carries a fault from where it is found to where faults are collected. */
export class BuildFaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.code);
    this.fault = fault;
  }
}

/** Runs a step that a plugin may fail at. Throws a BuildFaultError if the step throws. */
export async function toFault<T>(faultOf: (error: unknown) => Fault, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new BuildFaultError(faultOf(error));
  }
}

const maxLines = 8;
const ownFolder = new URL('.', import.meta.url).href;

/** The message and the stack of what a plugin threw, without the frames of Node.js and of this library. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error);
  const lines = (error.stack ?? `${error.name}: ${error.message}`).split('\n');
  return lines
    .filter((line) => !/^\s*at /.test(line) || !(line.includes('node:') || line.includes(ownFolder)))
    .slice(0, maxLines)
    .join('\n');
}
