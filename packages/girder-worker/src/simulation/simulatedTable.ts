import type { Attributes, AttributeValue } from '../store/dynamodb/attributeValues.ts';
import type { DynamodbClient } from '../store/dynamodb/table.ts';
import type { System } from '../system/system.ts';
import { holds, type Placeholders, updated } from './expressions.ts';

/** A table in memory with the rules of DynamoDB, below the store: it takes the commands of the AWS SDK. */
export interface SimulatedTable {
  readonly client: DynamodbClient;
  readonly name: string;
  /** Runs an operation, such as `GetItem`, without the AWS SDK. */
  run(operation: string, input: object): object;
  /** A client whose requests have the faults. */
  readonly faultyClient: DynamodbClient;
  /** The items by their keys. */
  readonly items: ReadonlyMap<string, Attributes>;
}

export interface SimulatedTableOptions {
  readonly system: Pick<System, 'now'>;
  /** @default 'celery' */
  readonly name?: string;
  /** Called after each write with the item before and after it; undefined for none. */
  readonly onWrite?: (key: string, before: Attributes | undefined, after: Attributes | undefined) => void;
  /** What goes wrong. @default nothing */
  readonly faults?: TableFaults;
}

/** Faults of single items, within requests that are answered. */
export interface TableFaults {
  /** Whether a read that is not consistent sees the item as it was before its last write. */
  isStale(key: string): boolean;
  /** Whether a request for the item is throttled. */
  isThrottled(key: string): boolean;
  /** Whether BatchGetItem leaves the key out. */
  isUnprocessed(key: string): boolean;
  /** When a statement of BatchExecuteStatement fails by itself: before or after it was executed, or undefined. */
  statementFails(key: string): 'before' | 'after' | undefined;
}

const noFaults: TableFaults = {
  isStale: () => false,
  isThrottled: () => false,
  isUnprocessed: () => false,
  statementFails: () => undefined,
};

/** DynamoDB's limit of an item. */
const maxItemBytes = 400 * 1024;

/** The input of a command, of which each operation uses its part. */
interface Input extends Placeholders {
  readonly TableName?: string;
  readonly Key?: { readonly id: { readonly S: string } };
  readonly Item?: Attributes;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  readonly ReturnValues?: string;
  readonly ConsistentRead?: boolean;
  readonly RequestItems?: Readonly<Record<string, { Keys: { id: { S: string } }[]; ConsistentRead?: boolean }>>;
  readonly Statements?: readonly { readonly Statement: string; readonly Parameters: readonly AttributeValue[] }[];
}

export function createSimulatedTable({
  system,
  name: table = 'celery',
  onWrite,
  faults = noFaults,
}: SimulatedTableOptions): SimulatedTable {
  const items = new Map<string, Attributes>();
  /** Each item as it was before its last write. */
  const earlier = new Map<string, Attributes | undefined>();

  const read = (key: string): Attributes | undefined => {
    const item = items.get(key);
    if (item?.ttl?.N === undefined || Number(item.ttl.N) * 1000 > system.now()) return item;
    items.delete(key);
    return undefined;
  };

  const write = (key: string, after: Attributes | undefined): void => {
    const before = read(key);
    if (after && bytesOf(after) > maxItemBytes)
      throw failure('ValidationException', 'Item size has exceeded the maximum allowed size');
    earlier.set(key, before);
    if (after) items.set(key, after);
    else items.delete(key);
    onWrite?.(key, before, after);
  };

  const operations = operationsWith(noFaults);
  return {
    client: createClient(operations),
    faultyClient: createClient(operationsWith(faults)),
    ...{ name: table, items },
    run(operation, input) {
      const apply = operations[`${operation}Command`];
      if (!apply) throw failure('UnknownOperationException', operation);
      return apply(input);
    },
  };

  function operationsWith(faults: TableFaults): Readonly<Record<string, (input: Input) => object>> {
    const readAt = (key: string, isConsistent: boolean) =>
      !isConsistent && faults.isStale(key) ? earlier.get(key) : read(key);
    const checkThrottling = (key: string): void => {
      if (faults.isThrottled(key)) throw failure('ThrottlingException', `Requests for the item ${key} are throttled.`);
    };

    return {
      GetItemCommand({ Key, ConsistentRead = false }) {
        checkThrottling(Key!.id.S);
        return { Item: readAt(Key!.id.S, ConsistentRead) };
      },

      BatchGetItemCommand({ RequestItems }) {
        const { Keys, ConsistentRead = false } = RequestItems![table]!;
        const isLeftOut = ({ id }: { id: { S: string } }) => faults.isUnprocessed(id.S) || faults.isThrottled(id.S);
        const { left = [], read: asked = [] } = Object.groupBy(Keys, (key) => (isLeftOut(key) ? 'left' : 'read'));
        const found = asked.map(({ id }) => readAt(id.S, ConsistentRead)).filter((item) => item !== undefined);
        return {
          Responses: { [table]: found },
          UnprocessedKeys: left.length > 0 ? { [table]: { Keys: left, ConsistentRead } } : {},
        };
      },

      PutItemCommand({ Item }) {
        checkThrottling(Item!.id!.S!);
        write(Item!.id!.S!, Item);
        return {};
      },

      DeleteItemCommand({ Key }) {
        checkThrottling(Key!.id.S);
        write(Key!.id.S, undefined);
        return {};
      },

      UpdateItemCommand(input) {
        const { Key, ConditionExpression, UpdateExpression, ReturnValues } = input;
        const key = Key!.id.S;
        checkThrottling(key);
        const placeholders = { names: input.ExpressionAttributeNames, values: input.ExpressionAttributeValues };
        const before = read(key);
        if (ConditionExpression !== undefined && !holds(ConditionExpression, before ?? {}, placeholders))
          throw failure('ConditionalCheckFailedException', 'The conditional request failed');
        const after = updated(UpdateExpression!, before ?? { id: { S: key } }, placeholders);
        write(key, after);
        return { Attributes: returnedAttributes(ReturnValues, before ?? {}, after) };
      },

      BatchExecuteStatementCommand: ({ Statements }) => ({
        Responses: Statements!.map(({ Statement, Parameters }) => {
          const failed = { Error: { Code: 'InternalServerError', Message: 'The statement failed by itself.' } };
          try {
            const key = keyOf(Statement, Parameters);
            const fails = faults.statementFails(key);
            if (fails === 'before') return failed;
            if (faults.isThrottled(key)) throw failure('ThrottlingError', 'The item is throttled.');
            execute(Statement, Parameters);
            return fails ? failed : {};
          } catch (error) {
            return { Error: { Code: (error as Error).name, Message: (error as Error).message } };
          }
        }),
      }),

      ScanCommand: (input) => {
        const placeholders = { names: input.ExpressionAttributeNames, values: input.ExpressionAttributeValues };
        const all = [...items.keys()].map(read).filter((item) => item !== undefined);
        return { Items: all.filter((item) => holds(input.FilterExpression!, item, placeholders)) };
      },
    };
  }

  function createClient(operations: ReturnType<typeof operationsWith>): DynamodbClient {
    const client = {
      async send(command: { readonly constructor: { readonly name: string }; readonly input: Input }) {
        const { TableName = Object.keys(command.input.RequestItems ?? {})[0] ?? table } = command.input;
        if (TableName !== table) throw failure('ResourceNotFoundException', `There is no table ${TableName}.`);
        const operation = operations[command.constructor.name];
        if (!operation) throw failure('UnknownOperationException', command.constructor.name);
        return { $metadata: {}, ...operation(command.input) };
      },
    };
    return client as unknown as DynamodbClient;
  }

  /** One of the two statements of `statements.ts`. */
  function execute(statement: string, parameters: readonly AttributeValue[]): void {
    const inserted = /^INSERT INTO "[^"]+" VALUE \{(.*)\}$/.exec(statement);
    if (inserted) {
      const names = [...inserted[1]!.matchAll(/'(\w+)': \?/g)].map(([, name]) => name!);
      const item = Object.fromEntries(names.map((name, index) => [name, parameters[index]!]));
      if (read(item.id!.S!)) throw failure('DuplicateItem', 'Duplicate primary key exists in table');
      write(item.id!.S!, item);
      return;
    }
    const changed = /^UPDATE "[^"]+" (.*) WHERE "id" = \? AND "own" = \? AND "fin" IS MISSING$/.exec(statement);
    if (!changed)
      throw failure('ValidationException', `The simulated table does not know this statement: ${statement}`);
    const set = [...changed[1]!.matchAll(/SET "(\w+)" = \?/g)].map(([, name]) => name!);
    const removed = [...changed[1]!.matchAll(/REMOVE "(\w+)"/g)].map(([, name]) => name!);
    const [key, owner] = parameters.slice(set.length);
    const item = read(key!.S!);
    if (item?.own?.S !== owner!.S || item?.fin !== undefined)
      throw failure('ConditionalCheckFailed', 'The conditional request failed');
    const changes = Object.fromEntries(set.map((name, index) => [name, parameters[index]!]));
    const kept = Object.entries({ ...item, ...changes }).filter(([name]) => !removed.includes(name));
    const after = Object.fromEntries(kept);
    write(key!.S!, after);
  }
}

/** The key of the item of a statement: the first value of an INSERT, and of an UPDATE the first of its condition. */
function keyOf(statement: string, parameters: readonly AttributeValue[]): string {
  const before = statement.startsWith('INSERT') ? '' : statement.slice(0, statement.indexOf(' WHERE '));
  return parameters[before.split('?').length - 1]!.S!;
}

function returnedAttributes(returned: string | undefined, before: Attributes, after: Attributes): Attributes {
  const isChanged = (name: string) => before[name] !== after[name];
  const only = (item: Attributes) => Object.fromEntries(Object.entries(item).filter(([name]) => isChanged(name)));
  switch (returned) {
    case 'ALL_NEW':
      return after;
    case 'UPDATED_NEW':
      return only(after);
    case 'ALL_OLD':
      return before;
    default:
      return {};
  }
}

function bytesOf(item: Attributes): number {
  return Object.entries(item).reduce(
    (sum, [name, { S = '', N = '', B, SS = [] }]) =>
      sum + name.length + Buffer.byteLength(S) + N.length + (B?.length ?? 0) + SS.join('').length,
    0,
  );
}

/** An error as the AWS SDK throws it for an answer of DynamoDB. */
export function failure(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}
