import type { QueueChain } from '../facts/queues.ts';
import { type Finding, findingsOf } from './finding.ts';

/** The dispatcher sends a message again, with a new count, when it returns for the sixth time. */
const leastReceives = 7;
/** Messages of FIFO queues are not sent again, and each wait behind another message of the group counts. */
const leastFifoReceives = 900;

/** Checks that the queue exists. */
export function checkQueue({ name, queue }: QueueChain): Finding[] {
  const { ok, failure, notChecked } = findingsOf('queue', name);
  if (queue.kind === 'value') return [ok('exists')];
  if (queue.kind === 'unavailable') return [notChecked(queue.reason)];
  return [
    failure('there is no such queue', {
      expected: 'a queue of this name',
      advice: 'Deploy the stack, or name the queue with --queues, or its prefix in GIRDER_WORKER_QUEUE_NAME_PREFIX.',
    }),
  ];
}

/** Checks where SQS moves messages that were delivered too often, and after how many deliveries. */
export function checkDeadLetters({ queue, undelivered, deadLetters }: QueueChain): Finding[] {
  if (queue.kind !== 'value') return [];
  return [
    receives(queue.value.name, queue.value.isFifo, queue.value.redrive),
    ...target(queue.value.name, queue.value.redrive, undelivered),
    ...(undelivered.kind === 'value' ? kept(queue.value, undelivered.value, deadLetters) : []),
  ];
}

type Redrive = { readonly targetName: string; readonly maxReceiveCount: number } | undefined;

function receives(name: string, isFifo: boolean, redrive: Redrive): Finding {
  const { ok, failure } = findingsOf('maxReceiveCount', name);
  const least = isFifo ? leastFifoReceives : leastReceives;
  const remedy = {
    expected: `a redrive policy with maxReceiveCount of at least ${least}`,
    advice: 'Set RedrivePolicy of the queue, as infra/queues.cjs does.',
  };
  if (redrive === undefined)
    return failure('no redrive policy: a message that ends its function is delivered for 14 days', remedy);
  const { maxReceiveCount } = redrive;
  return maxReceiveCount >= least ? ok(String(maxReceiveCount)) : failure(String(maxReceiveCount), remedy);
}

/** The redrive target must have a consumer, which stores the failure of the task, and so a redrive target of its own. */
function target(name: string, redrive: Redrive, undelivered: QueueChain['undelivered']): Finding[] {
  if (redrive === undefined) return [];
  const { ok, failure, warning, notChecked } = findingsOf('redriveTarget', name);
  const { targetName } = redrive;
  if (undelivered.kind === 'unavailable') return [notChecked(undelivered.reason)];
  if (undelivered.kind === 'missing')
    return [
      failure(`${targetName}, which does not exist`, {
        expected: 'a queue that exists',
        advice: 'Deploy the stack again, or correct the redrive policy.',
      }),
    ];
  if (undelivered.value.redrive === undefined)
    return [
      failure(`${targetName}, which has no redrive policy: clients wait without end for the tasks of dead letters`, {
        expected: `a queue ${name.replace(/(\.fifo)?$/, '-undelivered$1')} with a consumer, and a redrive policy of its own`,
        advice: 'Create the queue and its function, as infra/queues.cjs does (docs/faults.md, Dead letters).',
      }),
    ];
  if (!/-undelivered(?:\.fifo)?$/.test(targetName))
    return [
      warning(targetName, {
        expected: 'a name that ends in -undelivered',
        advice: 'Rename the queue: its consumer knows the queue of a letter by this name, if SQS does not tell it.',
      }),
    ];
  return [ok(targetName)];
}

function kept(
  queue: { readonly name: string; readonly redrive: Redrive; readonly retentionSeconds: number },
  undelivered: { readonly name: string; readonly redrive: Redrive },
  deadLetters: QueueChain['deadLetters'],
): Finding[] {
  if (undelivered.redrive === undefined) return [];
  const { ok, failure, warning, notChecked } = findingsOf('deadLetterQueue', queue.name);
  const { targetName, maxReceiveCount } = undelivered.redrive;
  const own = queue.redrive?.maxReceiveCount ?? 0;
  if (deadLetters.kind === 'unavailable') return [notChecked(deadLetters.reason)];
  if (deadLetters.kind === 'missing')
    return [
      failure(`${targetName}, which does not exist`, {
        expected: 'a queue that keeps dead letters for an operator',
        advice: `Create the queue, or correct the redrive policy of ${undelivered.name}.`,
      }),
    ];
  if (maxReceiveCount <= own)
    return [
      failure(`${undelivered.name} moves messages to it after ${maxReceiveCount} deliveries`, {
        expected: `more than the ${own} of ${queue.name}: SQS may go on counting, and then its consumer never sees a letter`,
        advice: `Set maxReceiveCount of ${undelivered.name} to ${Math.min(1000, own + 100)}.`,
      }),
    ];
  if (deadLetters.value.retentionSeconds < queue.retentionSeconds)
    return [
      warning(`${targetName} keeps messages for ${deadLetters.value.retentionSeconds} s`, {
        expected: `at least the ${queue.retentionSeconds} s of ${queue.name}: the age of a letter counts from its first sending`,
        advice: `Set MessageRetentionPeriod of ${targetName} to 1209600, the maximum.`,
      }),
    ];
  return [ok(targetName)];
}
