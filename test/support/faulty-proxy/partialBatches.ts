import type { Exchange } from './exchange.ts';

type Item = Readonly<Record<string, unknown>>;

/** The operations with several entries, which can fail in part, and how each does. */
const operations: Readonly<Record<string, (exchange: Exchange, random: () => number) => Promise<void>>> = {
  SendMessageBatch: failEntries,
  DeleteMessageBatch: failEntries,
  ChangeMessageVisibilityBatch: failEntries,
  BatchGetItem: leaveKeys,
  BatchExecuteStatement: failStatements,
};

export function canFailInPart(operation: string): boolean {
  return operation in operations;
}

/** Forwards a part of a request with several entries, and answers that the service could not do the rest. */
export async function failInPart(exchange: Exchange, random: () => number): Promise<void> {
  await operations[exchange.operation]!(exchange, random);
}

async function failEntries(exchange: Exchange, random: () => number): Promise<void> {
  const [done, left] = divide(exchange.body.Entries as readonly Item[], random);
  const answer = done.length > 0 ? await exchange.forward({ ...exchange.body, Entries: done }) : undefined;
  const { Successful = [], Failed = [] } = JSON.parse(answer?.body ?? '{}') as Record<string, Item[]>;
  const failed = left.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'busy' }));
  exchange.answer(jsonAnswer({ Successful, Failed: [...Failed, ...failed] }));
}

async function leaveKeys(exchange: Exchange, random: () => number): Promise<void> {
  const requested = exchange.body.RequestItems as Record<string, { Keys: Item[] }>;
  const [table, request] = Object.entries(requested)[0]!;
  const [done, left] = divide(request.Keys, random);
  const RequestItems = { [table]: { ...request, Keys: done } };
  const answer = done.length > 0 ? await exchange.forward({ ...exchange.body, RequestItems }) : undefined;
  const answered = JSON.parse(answer?.body ?? '{"Responses":{}}');
  const UnprocessedKeys = left.length > 0 ? { [table]: { ...request, Keys: left } } : {};
  exchange.answer(jsonAnswer({ ...answered, UnprocessedKeys }));
}

async function failStatements(exchange: Exchange, random: () => number): Promise<void> {
  const statements = exchange.body.Statements as readonly Item[];
  const [done] = divide(statements, random);
  const answer = done.length > 0 ? await exchange.forward({ ...exchange.body, Statements: done }) : undefined;
  const answered = (JSON.parse(answer?.body ?? '{"Responses":[]}') as { Responses: Item[] }).Responses;
  const Responses = statements.map((statement) => {
    const index = done.indexOf(statement);
    return index === -1 ? { Error: { Code: 'ThrottlingError', Message: 'busy' } } : answered[index];
  });
  exchange.answer(jsonAnswer({ Responses }));
}

/** Divides entries into those that the service takes and those that it leaves. */
function divide(entries: readonly Item[], random: () => number): [done: Item[], left: Item[]] {
  const done = entries.filter(() => random() < 0.5);
  return [done, entries.filter((entry) => !done.includes(entry))];
}

function jsonAnswer(body: object) {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}
