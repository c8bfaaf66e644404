import type { SendAction, TaskRow } from '../../data.ts';
import { prettyJson } from '../model/prettyJson.ts';
import { hasPlaceholder, pythonToJson } from '../model/pythonLiteral.ts';

/** The arguments of a task as the user edits them, and what he must know about them. */
export interface SendDraft extends SendAction {
  /** Sentences about values that the history does not tell. */
  readonly notes: readonly string[];
}

const reasons = {
  redacted: 'The history hides values of secrets: they stand as "***". Write them in.',
  truncated: 'The history keeps only the beginning of long arguments. Write in what is missing.',
  'not JSON':
    'Some values are no JSON, such as dates: the history has only their text. Write them as the task expects them.',
} as const;

/** Returns the request to send a task again, with the arguments that its run had. */
export function draftOf({ task, args, kwargs, queue }: TaskRow): SendDraft {
  const [positional, named] = [convert(args, '[]'), convert(kwargs, '{}')];
  const isRead = positional !== undefined && named !== undefined;
  const whys = new Set([...(positional?.gaps ?? []), ...(named?.gaps ?? [])].map(({ why }) => why));
  const notes = [...whys].map((why) => reasons[why]);
  return {
    ...{ task, queue },
    argsJson: positional ? prettyJson(positional.json) : '[]',
    kwargsJson: named ? prettyJson(named.json) : '{}',
    notes: isRead ? notes : [...notes, 'The arguments of the run could not be read. Write them in.'],
  };
}

function convert(repr: string, fallback: string) {
  return pythonToJson(repr.trim() === '' ? fallback : repr);
}

/** Returns why a request cannot be sent; undefined if it can. The server checks it again. */
export function problemIn({ queue, argsJson, kwargsJson }: SendAction): string | undefined {
  if (queue.trim() === '') return 'Name the queue.';
  const args = parsed(argsJson);
  const kwargs = parsed(kwargsJson);
  if (!Array.isArray(args?.value))
    return args === undefined ? 'The arguments are not JSON.' : 'The arguments must be a list: […].';
  if (kwargs === undefined) return 'The keyword arguments are not JSON.';
  if (typeof kwargs.value !== 'object' || kwargs.value === null || Array.isArray(kwargs.value))
    return 'The keyword arguments must be an object: {…}.';
  if (hasPlaceholder(argsJson) || hasPlaceholder(kwargsJson))
    return 'Replace each "***" and each "<fill in: …>" by the value that the task needs.';
  return undefined;
}

function parsed(json: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    return undefined;
  }
}
