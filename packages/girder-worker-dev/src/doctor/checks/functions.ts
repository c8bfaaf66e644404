import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { ConfigurationError, type Connections, loadConnections } from 'girder-worker/internal/aws';
import type { QueueFunction } from '../facts/functions.ts';
import { type Finding, findingsOf } from './finding.ts';

/** As in package.json of the library. */
const leastNode = 22;
/** What each concurrent task takes of the memory of a function. */
const taskMemoryMb = 64;
const defaultConcurrency = 10;

/** Checks what every function of a queue needs: its runtime and its environment. */
export function checkFunction({ name, configuration }: QueueFunction, connections: Connections): Finding[] {
  const { notChecked, failure } = findingsOf('function', name);
  if (configuration.kind === 'unavailable') return [notChecked(configuration.reason)];
  if (configuration.kind === 'missing')
    return [
      failure('there is no such function, but a mapping to it', {
        expected: 'a function',
        advice: 'Deploy the stack again, or delete the mapping.',
      }),
    ];
  return [checkRuntime(name, configuration.value.Runtime), checkEnvironment(name, configuration.value, connections)];
}

/** Checks what a function needs that runs tasks: memory for those of a batch, and messages to its own queue. */
export function checkDispatcher({ name, configuration, mapping, recursiveLoop }: QueueFunction): Finding[] {
  if (configuration.kind !== 'value') return [];
  return [
    checkMemory(name, configuration.value, mapping.BatchSize ?? defaultConcurrency),
    checkLoop(name, recursiveLoop),
  ];
}

function checkRuntime(name: string, runtime: string | undefined): Finding {
  const { ok, failure, notChecked } = findingsOf('runtime', name);
  const major = /^nodejs(\d+)\.x$/.exec(runtime ?? '')?.[1];
  if (runtime === undefined || runtime.startsWith('provided')) return notChecked(`${runtime ?? 'a container image'}`);
  if (major !== undefined && Number(major) >= leastNode) return ok(runtime);
  return failure(runtime, {
    expected: `nodejs${leastNode}.x or newer`,
    advice: 'Set the runtime of the function to nodejs24.x, and deploy it again.',
  });
}

function checkMemory(name: string, { MemorySize = 128, Environment }: FunctionConfiguration, batchSize: number) {
  const { ok, warning } = findingsOf('memory', name);
  const set = Number(Environment?.Variables?.GIRDER_WORKER_CONCURRENCY);
  const tasks = set > 0 ? set : Math.min(defaultConcurrency, batchSize);
  // The rest of the process takes as much as two tasks.
  const needed = (tasks + 2) * taskMemoryMb;
  if (MemorySize >= needed) return ok(`${MemorySize} MB`);
  return warning(`${MemorySize} MB for ${tasks} tasks at the same time`, {
    expected: `at least ${needed} MB`,
    advice:
      'Raise the memory, which raises the share of CPU, too; or lower the batch size or GIRDER_WORKER_CONCURRENCY.',
  });
}

/** The function must use the table and the names that clients of this environment use. */
function checkEnvironment(
  name: string,
  { Environment, FunctionArn = '' }: FunctionConfiguration,
  { broker, backend }: Connections,
): Finding {
  const { ok, failure, notChecked } = findingsOf('environment', name);
  const { Variables: variables, Error: unreadable } = Environment ?? {};
  if (unreadable) return notChecked(unreadable.Message ?? 'The variables cannot be decrypted.');
  let own: Connections;
  try {
    own = loadConnections({ AWS_REGION: FunctionArn.split(':')[3], ...variables });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return failure(error.faults.join(' '), {
      expected: 'valid settings',
      advice: 'Correct the environment variables of the function (docs/deployment.md).',
    });
  }
  const differences = [
    difference('table', own.backend.table, backend.table),
    difference('GIRDER_WORKER_KEY_PREFIX', own.backend.keyPrefix, backend.keyPrefix),
    difference('GIRDER_WORKER_QUEUE_NAME_PREFIX', own.broker.queueNamePrefix, broker.queueNamePrefix),
  ].filter((text) => text !== undefined);
  if (differences.length === 0) return ok(`table ${own.backend.table}`);
  return failure(differences.join('; '), {
    expected: 'the same values in the function and in the environment of this command, which stands for the clients',
    advice: 'Correct the variables of the function, or run this command with those of its clients.',
  });
}

function difference(what: string, own: string | undefined, ours: string | undefined): string | undefined {
  return own === ours ? undefined : `${what} is ${own ?? 'not set'} in the function, and ${ours ?? 'not set'} here`;
}

function checkLoop(name: string, recursiveLoop: QueueFunction['recursiveLoop']): Finding {
  const { ok, failure, notChecked } = findingsOf('recursiveLoop', name);
  if (recursiveLoop.kind === 'unavailable') return notChecked(recursiveLoop.reason);
  if (recursiveLoop.kind === 'value' && recursiveLoop.value === 'Allow') return ok('Allow');
  return failure('Terminate: after 16 messages in a row, Lambda ends a chain, retries, and waits of some hours', {
    expected: 'Allow',
    advice: `Set recursiveLoop: Allow in serverless.yml, or: aws lambda put-function-recursion-config --function-name ${name} --recursive-loop Allow`,
  });
}
