/** The error for a queue that does not exist. `hint` says how to name another one, such as `with -Q`. */
export function missingQueueError(queueName: string, hint: string, cause: unknown): Error {
  return new Error(
    `There is no SQS queue "${queueName}". Deploy the stack, start \`npm run dev\`, or name another queue ${hint}.`,
    { cause },
  );
}
