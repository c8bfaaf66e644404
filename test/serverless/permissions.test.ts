import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectPart } from '../interop/document.ts';
import { callsIn } from './awsCalls.ts';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

/** IAM's actions for calls that have no action of their name. All others have one. */
const actionsOfCall: Readonly<Record<string, readonly string[]>> = {
  'sqs:SendMessageBatch': ['sqs:SendMessage'],
  'sqs:DeleteMessageBatch': ['sqs:DeleteMessage'],
  'sqs:ChangeMessageVisibilityBatch': ['sqs:ChangeMessageVisibility'],
  'dynamodb:BatchExecuteStatement': ['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate'],
};

/** Calls that a bundle contains, because they are methods of an object that it uses, and that its function never makes. */
const byClients = {
  'dynamodb:Query': 'the dashboard, which reads the history',
  'dynamodb:DescribeEndpoints': 'endpoint discovery, which the build replaces',
  'dynamodb:DeleteItem': 'forget() of a client',
  'sqs:PurgeQueue': 'the command purge of a client',
};
const byDispatcher = {
  'sqs:ReceiveMessage': 'a client that receives replies',
  'sqs:DeleteMessage': 'a client that receives replies',
  'sqs:ChangeMessageVisibility': 'the dispatcher',
  'dynamodb:PartiQLInsert': 'claims of the dispatcher',
  'dynamodb:PartiQLUpdate': 'claims and outcomes of the dispatcher',
};

/** What Lambda does with the role of a function: it polls the queues of its mappings, and writes its log. */
const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const logging = ['logs:CreateLogStream', 'logs:PutLogEvents'];

const functions = [
  {
    role: 'DispatcherRole',
    entries: ['handler.mjs', 'thread.mjs'],
    lambda: [...polling, ...logging],
    unused: { ...byClients, 'dynamodb:Scan': 'inspect, in the function control' },
  },
  { role: 'ControlRole', entries: ['control.mjs'], lambda: logging, unused: { ...byClients, ...byDispatcher } },
];

const open = '<!-- permissions: written by test/serverless/permissions.test.ts -->';
const close = '<!-- /permissions -->';

let deployment: Deployment;
let packaged: Package;
beforeAll(async () => {
  deployment = await createDeployment();
  packaged = await deployment.package();
});
afterAll(() => deployment?.remove());

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

function statementsOf(role: string): Statement[] {
  const { Policies } = packaged.resources[role]!.Properties as { Policies: Policy[] };
  const attached = Object.values(packaged.resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map(({ Properties }) => Properties as unknown as Policy & { Roles: { Ref: string }[] })
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role));
  return [...Policies, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function actionsOf(role: string): string[] {
  return statementsOf(role).flatMap(({ Action }) => Action);
}

test.each(functions)(
  '$role permits each call of the AWS SDK that the bundled function contains, what Lambda does for it, and nothing else',
  ({ role, entries, lambda, unused }) => {
    const actions = callsIn(packaged.files, entries).flatMap((call) => actionsOfCall[call] ?? [call]);
    const contained = actions.filter((action) => !(action in unused));
    expect(contained).toContain('dynamodb:UpdateItem'); // Calls are found.
    expect(new Set(actionsOf(role))).toEqual(new Set([...contained, ...lambda]));
  },
);

test('docs/deployment.md shows the permissions of each role', () => {
  const rows = ['DispatcherRole', 'DeadLettersRole', 'ControlRole'].flatMap((role) =>
    statementsOf(role).map(({ Sid, Action, Resource }) => {
      const actions = [Action].flat().map((action) => `\`${action}\``);
      return `| \`${role}\` | ${Sid} | ${actions.join(', ')} | ${[Resource].flat().map(nameOf).join(', ')} |`;
    }),
  );
  const table = [open, '| role | statement | actions | resources |', '|---|---|---|---|', ...rows, close].join('\n');
  expectPart('deployment.md', table);
});

/** A resource of a policy: its logical name, or its ARN without partition, region and account. */
function nameOf(resource: unknown): string {
  const { 'Fn::GetAtt': attribute, 'Fn::Sub': text } = resource as { 'Fn::GetAtt'?: string[]; 'Fn::Sub'?: string };
  return `\`${attribute?.[0] ?? text ?? JSON.stringify(resource)}\``;
}
