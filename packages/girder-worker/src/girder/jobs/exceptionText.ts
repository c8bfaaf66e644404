import { parsePythonJson } from '../../kombu/json/pythonJson.ts';
import { pythonRepr } from '../../kombu/repr/pythonRepr.ts';
import type { Failure } from '../../outcome/failure.ts';

/** A failure as Girder Worker writes it to the log of a job: `ValueError: boom`, and the frames of its traceback. */
export function exceptionText({ type, argsJson, traceback }: Failure): string {
  const frames = (traceback ?? '').split('\n').filter((line) => line.startsWith('  '));
  return `${[`${type}: ${messageOf(type, argsJson)}`, ...frames].join('\n')}\n`;
}

/** The exception as Python's `str` shows it. */
function messageOf(type: string, argsJson: string): string {
  const args = parsePythonJson(argsJson) as readonly unknown[];
  if (args.length === 0) return '';
  if (args.length > 1) return `(${args.map(pythonRepr).join(', ')})`;
  return typeof args[0] === 'string' && type !== 'KeyError' ? args[0] : pythonRepr(args[0]);
}
