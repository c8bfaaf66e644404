import type { Answer } from '../facts/answer.ts';
import type { QueueFunction } from '../facts/functions.ts';
import type { Queue, QueueChain } from '../facts/queues.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Checks what consumes a queue: event source mappings, and the visibility timeout against the timeout of their functions. */
export function checkConsumers(
  queue: QueueChain['queue'],
  consumers: Answer<readonly QueueFunction[]>,
  advice: string,
): Finding[] {
  if (queue.kind !== 'value') return [];
  const { name } = queue.value;
  const { failure, notChecked } = findingsOf('eventSourceMapping', name);
  if (consumers.kind === 'unavailable') return [notChecked(consumers.reason)];
  const functions = consumers.kind === 'value' ? consumers.value : [];
  if (functions.length === 0)
    return [failure('no function consumes the queue', { expected: 'an event source mapping', advice })];
  return functions.flatMap((consumer) => [
    ...checkMapping(name, consumer),
    ...checkVisibility(queue.value, consumer.name, consumer.configuration),
  ]);
}

function checkMapping(queue: string, { name, mapping }: QueueFunction): Finding[] {
  const {
    State,
    FunctionResponseTypes = [],
    BatchSize,
    ScalingConfig,
    ProvisionedPollerConfig,
    LastProcessingResult = '',
  } = mapping;
  const state = findingsOf('eventSourceMapping', queue);
  const report = findingsOf('reportBatchItemFailures', queue);
  const concurrency = findingsOf('maximumConcurrency', queue);
  const maximum = ScalingConfig?.MaximumConcurrency;
  const pollers = ProvisionedPollerConfig?.MaximumPollers;
  return [
    State === 'Disabled' || State === 'Disabling'
      ? state.failure(`the mapping to ${name} is ${State}`, {
          expected: 'Enabled',
          advice: 'Enable the mapping: no task runs meanwhile.',
        })
      : /^PROBLEM/.test(LastProcessingResult)
        ? state.failure(`${name}: ${LastProcessingResult}`, {
            expected: 'no problem at the last poll',
            advice: 'The role of the function needs the permissions of infra/role.yml; its log group says more.',
          })
        : state.ok(`${name}, ${State}, batches of ${BatchSize}`),
    FunctionResponseTypes.includes('ReportBatchItemFailures')
      ? report.ok('set')
      : report.failure('not set: messages that the function returns to the queue are deleted', {
          expected: 'FunctionResponseTypes of the mapping contains ReportBatchItemFailures',
          advice: 'Set it on the mapping (functionResponseType in serverless.yml).',
        }),
    pollers !== undefined
      ? concurrency.ok(`${pollers} provisioned pollers, of up to 10 invocations each`)
      : maximum === undefined
        ? concurrency.warning('not set: a full queue can use the whole concurrency of the account', {
            expected: 'a number from 2 to 1000',
            advice: 'Set ScalingConfig.MaximumConcurrency of the mapping (maxConcurrency in serverless.yml).',
          })
        : concurrency.ok(String(maximum)),
  ];
}

/** Lambda recommends six times the timeout, so that an invocation that was throttled can be repeated. */
function checkVisibility(
  { name, visibilityTimeoutSeconds: actual }: Queue,
  functionName: string,
  configuration: QueueFunction['configuration'],
): Finding[] {
  const { ok, failure, warning, notChecked } = findingsOf('visibilityTimeout', name);
  if (configuration.kind !== 'value')
    return [notChecked(configuration.kind === 'missing' ? `There is no ${functionName}.` : configuration.reason)];
  const { Timeout: timeout = 3 } = configuration.value;
  const remedy = {
    expected: `at least ${6 * timeout} s, six times the timeout of ${functionName} (${timeout} s)`,
    advice: `Set VisibilityTimeout of ${name} to ${6 * timeout}.`,
  };
  if (actual < timeout) return [failure(`${actual} s: messages are delivered again while their tasks run`, remedy)];
  return [actual >= 6 * timeout ? ok(`${actual} s for a timeout of ${timeout} s`) : warning(`${actual} s`, remedy)];
}
