/**
 * The lines by which workers, functions and the local event source mapping say that a fault of AWS begins and lasts, and that it is
 * over.
 */
const outages = {
  /** A worker cannot receive messages. */
  consumer: [/consumer: Connection to broker lost\./, /consumer: Connection to broker re-established: \S+, after/],
  /** Table or queues do not answer while a message is processed. */
  deliveries: [/Table or queues do not answer: /, /Table and queues answer again, after/],
  /** The table does not answer while tasks run. */
  revocations: [
    /Cannot read revocations from the result table/,
    /Revocations are read from the result table again, after/,
  ],
  /** The local event source mapping cannot receive messages. */
  mapping: [/^RECEIVE_FAILED: Cannot receive from /, /^RECEIVED_AGAIN: Messages are received again from /],
} as const;

/** Those of the failing tasks of a test. */
const ofTasks = /raised unexpected: ValueError/;

/** Returns how many outages of a kind these lines say to have begun, and how many to be over. */
export function countOutages(lines: readonly string[], kind: keyof typeof outages): { begun: number; ended: number } {
  const [begin, end] = outages[kind];
  return {
    begun: lines.filter((line) => begin.test(line) && line.endsWith('Retrying...')).length,
    ended: lines.filter((line) => end.test(line)).length,
  };
}

/** Returns the lines about outages. */
export function outageLines(lines: readonly string[]): string[] {
  return lines.filter((line) => Object.values(outages).some((kind) => kind.some((pattern) => pattern.test(line))));
}

/** Returns the warnings and errors that are about neither an outage nor a failing task. */
export function unexpectedLines(lines: readonly string[]): string[] {
  const known = new Set(outageLines(lines));
  const isImportant = (line: string) => /WARNING\/|ERROR\/|^[A-Z]+_[A-Z]+: /.test(line) && !ofTasks.test(line);
  return lines.filter((line) => isImportant(line) && !known.has(line));
}
