import { checkAlarms } from './checks/alarms.ts';
import { checkClock } from './checks/clock.ts';
import type { Finding } from './checks/finding.ts';
import { checkDispatcher, checkFunction } from './checks/functions.ts';
import { checkInspection } from './checks/inspections.ts';
import { checkConsumers } from './checks/mappings.ts';
import { checkDeadLetters, checkQueue } from './checks/queues.ts';
import { checkTable } from './checks/table.ts';
import type { QueueFunction } from './facts/functions.ts';
import type { ConsumedQueue, Stack } from './facts/stack.ts';

/** Makes all checks of a stack: those of each queue, of the functions, of the table, of the alarms, and of the clock. */
export function examine(stack: Stack): Finding[] {
  const { queues, connections, localTasks } = stack;
  const dispatchers = distinct(queues.flatMap((queue) => valuesOf(queue.dispatchers)));
  const functions = distinct([...dispatchers, ...queues.flatMap((queue) => valuesOf(queue.deadLetterConsumers))]);
  return [
    ...queues.flatMap(checkQueueAndConsumers),
    ...functions.flatMap((each) => [...checkFunction(each, connections), ...checkInspection(each, localTasks)]),
    ...dispatchers.flatMap(checkDispatcher),
    ...checkTable(stack.table),
    ...checkAlarms(stack.alarms, {
      queues: queues.flatMap(({ chain }) => nameOf(chain.queue)),
      deadLetterQueues: queues.flatMap(({ chain }) => nameOf(chain.deadLetters)),
      functions: functions.map(({ name }) => name),
    }),
    checkClock(stack.clockSkewMs),
  ];
}

function checkQueueAndConsumers({ chain, dispatchers, deadLetterConsumers }: ConsumedQueue): Finding[] {
  // A redrive target without a redrive policy is a dead-letter queue, which has no consumer.
  const hasConsumer = chain.undelivered.kind === 'value' && chain.undelivered.value.redrive !== undefined;
  return [
    ...checkQueue(chain),
    ...checkDeadLetters(chain),
    ...checkConsumers(
      chain.queue,
      dispatchers,
      'Deploy the stack; if girder-worker worker consumes the queue, run this command with --worker.',
    ),
    ...(hasConsumer
      ? checkConsumers(
          chain.undelivered,
          deadLetterConsumers,
          'Deploy the function deadLetters: without it, clients wait for the tasks of dead letters without end.',
        )
      : []),
  ];
}

function valuesOf(answer: ConsumedQueue['dispatchers']): readonly QueueFunction[] {
  return answer.kind === 'value' ? answer.value : [];
}

/** Each function once: one may consume several queues. */
function distinct(functions: readonly QueueFunction[]): QueueFunction[] {
  return [...new Map(functions.map((each) => [each.name, each])).values()];
}

function nameOf(answer: ConsumedQueue['chain']['queue']): string[] {
  return answer.kind === 'value' ? [answer.value.name] : [];
}
