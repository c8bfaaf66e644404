import type { Table } from '../facts/table.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Checks that the table exists with Celery's key, and that its items expire. */
export function checkTable({ name, description, ttlAttribute }: Table): Finding[] {
  const table = findingsOf('table', name);
  if (description.kind === 'missing')
    return [
      table.failure('there is no such table', {
        expected: 'a table of this name',
        advice: 'Deploy the stack, or name the table in GIRDER_WORKER_BACKEND.',
      }),
    ];
  return [
    description.kind === 'unavailable' ? table.notChecked(description.reason) : checkKey(name, description.value),
    checkTimeToLive(name, ttlAttribute),
  ];
}

type Description = (Table['description'] & { readonly kind: 'value' })['value'];

function checkKey(name: string, { KeySchema = [], AttributeDefinitions = [], TableStatus }: Description): Finding {
  const { ok, failure } = findingsOf('table', name);
  const types = new Map(AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]));
  const key = KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} (${KeyType}, ${types.get(AttributeName)})`,
  );
  const found = `key ${key.join(', ')}, ${TableStatus}`;
  if (key.join() === 'id (HASH, S)' && (TableStatus === 'ACTIVE' || TableStatus === 'UPDATING')) return ok(found);
  return failure(found, {
    expected: 'key id (HASH, S), ACTIVE',
    advice: "Use a table with Celery's key: a partition key id of type S, without a sort key (infra/table.cjs).",
  });
}

function checkTimeToLive(name: string, ttlAttribute: Table['ttlAttribute']): Finding {
  const { ok, warning, failure, notChecked } = findingsOf('timeToLive', name);
  const remedy = {
    expected: 'time to live on the attribute ttl',
    advice: `aws dynamodb update-time-to-live --table-name ${name} --time-to-live-specification Enabled=true,AttributeName=ttl`,
  };
  if (ttlAttribute.kind === 'unavailable') return notChecked(ttlAttribute.reason);
  const attribute = ttlAttribute.kind === 'value' ? ttlAttribute.value : undefined;
  if (attribute === 'ttl') return ok('on the attribute ttl');
  return attribute === undefined
    ? warning('off: results are kept, and paid for, without end', remedy)
    : failure(`on the attribute ${attribute}, which results do not have`, remedy);
}
