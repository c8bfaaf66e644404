/** A kind of fault: its default probability, at what it is drawn, what it is, and how the report counts it. */
export interface FaultKind {
  readonly probability: number;
  readonly per: 'request' | 'delivery' | 'invocation' | 'item' | 'hour' | 'call';
  readonly text: string;
  readonly row: string;
}

const kind = (probability: number, per: FaultKind['per'], text: string, row: string): FaultKind => ({
  ...{ probability, per, text, row },
});

/** What can go wrong in a simulation. */
export const faultKinds = {
  error: kind(0.01, 'request', 'the service is busy or broken, and has changed nothing', 'requests that failed'),
  lostAnswer: kind(
    0.01,
    'request',
    'the service has made the change, and its answer does not arrive',
    'answers that were lost',
  ),
  death: kind(0.002, 'request', 'the process dies, before or after the change', 'processes that died in a request'),
  blip: kind(
    0.0005,
    'request',
    'the process reaches no service for 1 to 60 s',
    'processes without a network for 1 to 60 s',
  ),
  hotKey: kind(
    0.0005,
    'request',
    'DynamoDB throttles the requests for the item for 1 to 20 s',
    'items that were throttled for 1 to 20 s',
  ),
  staleRead: kind(0.1, 'item', 'a read that is not consistent does not see the last write', 'reads that were stale'),
  unprocessedKey: kind(0.01, 'item', 'BatchGetItem does not process the key', 'keys that were not processed'),
  statementError: kind(
    0.01,
    'item',
    'a statement of BatchExecuteStatement fails, in half of the cases after it was executed',
    'statements that failed by themselves',
  ),
  duplicate: kind(0.03, 'delivery', 'SQS delivers the message a second time', 'messages that were delivered twice'),
  duplicateBatch: kind(
    0.002,
    'invocation',
    'SQS delivers all messages of the batch again, together',
    'batches that were delivered twice',
  ),
  throttledInvocation: kind(
    0.01,
    'invocation',
    'Lambda has no function for the batch: its deliveries count, and no message is processed',
    'invocations that were throttled',
  ),
  halfOpen: kind(
    0.02,
    'invocation',
    'the function was frozen for so long that its connections are gone: the first requests time out',
    'functions that thawed with dead connections',
  ),
  networkOutage: kind(
    0.2,
    'hour',
    'no process reaches any service for 1 to 60 s',
    'times without a network for all, 1 to 60 s',
  ),
  queueOutage: kind(0.1, 'hour', 'SQS is away for 1 to 15 minutes', 'outages of SQS, 1 to 15 minutes'),
  tableOutage: kind(0.05, 'hour', 'DynamoDB is away for 1 to 4 hours', 'outages of DynamoDB, 1 to 4 hours'),
  girder: kind(
    0.005,
    'call',
    'Girder is slow, fails, or does not answer for up to a minute',
    'calls of Girder that were late or failed',
  ),
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof faultKinds;

/** How often each fault happens: a probability per request, delivery, invocation, item, hour of virtual time or call of Girder. */
export type Faults = Readonly<Record<FaultName, number>>;

/** How often faults happened. */
export type FaultCounts = Record<FaultName, number>;

export const faultNames = Object.keys(faultKinds) as readonly FaultName[];

/** Returns a value for each kind of fault. */
export function forEachFault(value: (name: FaultName) => number): FaultCounts {
  return Object.fromEntries(faultNames.map((name) => [name, value(name)])) as FaultCounts;
}

export const noFaults: Faults = forEachFault(() => 0);

export const defaultFaults: Faults = forEachFault((name) => faultKinds[name].probability);
