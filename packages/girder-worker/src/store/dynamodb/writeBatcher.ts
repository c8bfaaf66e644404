import { createBatcher } from '../../system/batcher.ts';
import type { System } from '../../system/system.ts';
import { maxStatements, type Statement } from './statements.ts';

/** What became of a write. It is `open` if that is not known, and if no other write was due: the caller makes it alone. */
export type BatchedWrite = 'made' | 'refused' | 'open';

/** Makes writes that are due at about the same time in one request. */
export interface WriteBatcher {
  /**
   * Makes a write together with others.
   *
   * @param others the number of further writes that are likely to be due within a few ms: it waits so long for them. With 0, it is made
   * at once, with those that the same turn of the event loop makes due.
   */
  write(statement: Statement, others: number): Promise<BatchedWrite>;
}

export interface WriteBatcherOptions {
  /** Makes writes in one request. Resolves to which of them were made; rejects if that is not known. */
  readonly execute: (statements: readonly Statement[]) => Promise<readonly boolean[]>;
  readonly system: Pick<System, 'startTimer'>;
}

/** The longest that a write waits for others. */
const maxWaitMs = 5;

/** The most bytes of one request; an item has up to 400 KB. */
const maxBytes = 1024 * 1024;

/** The errors of a server that does not know the operation, and of a role that does not allow it. */
const unsupported = ['UnknownOperationException', 'AccessDeniedException'];

export function createWriteBatcher({ execute, system }: WriteBatcherOptions): WriteBatcher {
  let isSupported = true;
  /** The keys of the items in requests that are not answered: a request has one statement per item. */
  const keys = new Set<string>();

  const send = async (statements: readonly Statement[]): Promise<readonly BatchedWrite[]> => {
    if (statements.length === 1 || !isSupported) return statements.map(() => 'open');
    try {
      return (await execute(statements)).map((made) => (made ? 'made' : 'refused'));
    } catch (error) {
      if (error instanceof Error && unsupported.includes(error.name)) isSupported = false;
      return statements.map(() => 'open'); // Each write is made alone, which tells its own error.
    }
  };
  const batcher = createBatcher({ send, maxItems: maxStatements, maxBytes, bytesOf, system });

  return {
    async write(statement, others) {
      const { key } = statement;
      if (!isSupported || keys.has(key)) return 'open';
      keys.add(key);
      try {
        return await batcher.add(statement, others > 0 ? maxWaitMs : 0);
      } finally {
        keys.delete(key);
      }
    },
  };
}

function bytesOf({ text, parameters }: Statement): number {
  return parameters.reduce((sum, { S, B, N }) => sum + (B?.length ?? (S ?? N ?? '').length), text.length);
}
