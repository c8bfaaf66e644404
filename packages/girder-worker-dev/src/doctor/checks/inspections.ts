import type { Answer } from '../facts/answer.ts';
import type { QueueFunction } from '../facts/functions.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Checks what a function says about itself: whether it loads, its tasks against the registry of this folder, its reads of the table. */
export function checkInspection(
  { name, inspection }: Pick<QueueFunction, 'name' | 'inspection'>,
  localTasks: Answer<readonly string[]>,
): Finding[] {
  const loads = findingsOf('handler', name);
  if (inspection.kind !== 'value')
    return [loads.notChecked(inspection.kind === 'missing' ? 'There is no such function.' : inspection.reason)];
  const answer = inspection.value;
  if (answer.kind === 'failed')
    return [
      loads.failure(answer.message, {
        expected: 'a function that loads, and answers an event without records',
        advice: 'Correct what the error names, and deploy again; the log group of the function has the stack.',
      }),
    ];
  if (answer.kind === 'unknown') {
    const reason = 'The handler does not answer inspections, as those of girder-worker/lambda do.';
    return [
      loads.ok('loads'),
      findingsOf('registry', name).notChecked(reason),
      findingsOf('role', name).notChecked(reason),
    ];
  }
  const { node, tasks, tableFault } = answer.inspection;
  return [loads.ok(`loads with Node.js ${node}`), checkRegistry(name, tasks, localTasks), checkRole(name, tableFault)];
}

function checkRegistry(name: string, deployed: readonly string[], localTasks: Answer<readonly string[]>): Finding {
  const { ok, failure, warning, notChecked } = findingsOf('registry', name);
  if (localTasks.kind !== 'value')
    return notChecked(localTasks.kind === 'missing' ? 'There is no registry in this folder.' : localTasks.reason);
  const lacking = localTasks.value.filter((task) => !deployed.includes(task));
  const surplus = deployed.filter((task) => !localTasks.value.includes(task));
  const advice = 'Run npx serverless deploy in the folder of the deployment.';
  if (lacking.length > 0)
    return failure(`${lacking.length} tasks are not deployed: ${listed(lacking)}`, {
      expected: 'all tasks of the registry of this folder',
      advice,
    });
  if (surplus.length > 0)
    return warning(`${surplus.length} tasks are deployed that this folder does not have: ${listed(surplus)}`, {
      expected: 'the tasks of the registry of this folder',
      advice: `${advice} The next deployment removes these tasks.`,
    });
  return ok(`${deployed.length} tasks, as in this folder`);
}

/** The role itself can be read only with permissions of IAM. What the function can do shows a part of it. */
function checkRole(name: string, tableFault: string | null): Finding {
  const { ok, failure } = findingsOf('role', name);
  if (tableFault === null) return ok('reads the table; writes and SQS are not checked');
  return failure(`cannot read the table: ${tableFault}`, {
    expected: 'the permissions of infra/role.yml',
    advice: 'Add the permissions to the role of the function, or correct GIRDER_WORKER_BACKEND.',
  });
}

function listed(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} …` : names.join(', ');
}
