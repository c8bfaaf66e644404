import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
// @ts-expect-error - the package has no types
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../support/deployment.ts';
import { npmPackages } from '../support/npmPackages.ts';
import { pythonPrograms } from '../support/pythonPrograms.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const example = (...parts: string[]) => path.join(root, 'examples', ...parts);
/** The first run downloads CDK (an archive of 40 MB), cfn-lint and python-hcl2, to a cache outside of the repository. */
const timeout = 300_000;

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template has properties of many types
  readonly Properties: Record<string, any>;
}

/** Expects the settings whose defaults lose messages or stop tasks: those that `girder-worker doctor` checks in a stack. */
function expectQueues(resources: readonly Resource[]): void {
  const queues = resources.filter(({ Type }) => Type === 'AWS::SQS::Queue').map(({ Properties }) => Properties);
  expect(
    Object.fromEntries(
      queues.map((queue) => [queue.QueueName, [queue.VisibilityTimeout, queue.RedrivePolicy?.maxReceiveCount]]),
    ),
  ).toEqual({
    ...{ celery: [1800, 10], 'celery-undelivered': [360, 110], 'celery-dead-letters': [undefined, undefined] },
  });
  const tables = resources.filter(({ Type }) => Type === 'AWS::DynamoDB::Table').map(({ Properties }) => Properties);
  expect(tables).toMatchObject([
    {
      TableName: 'celery',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    },
  ]);
}

test('the example for CDK is synthesised, and its stack has the settings of the deployed one', {
  timeout,
}, async () => {
  const modules = await npmPackages({ 'aws-cdk-lib': '2.276.0', constructs: '^10.5.0' });
  using folder = createTemporaryFolder();
  await symlink(modules, path.join(folder.root, 'node_modules'));
  await copyFile(example('cdk/app.mjs'), path.join(folder.root, 'app.mjs'));
  await mkdir(path.join(folder.root, 'bundle'));
  await writeFile(path.join(folder.root, 'bundle/handler.mjs'), 'export const handler = () => undefined;');
  const env = { ...process.env, BUNDLE: 'bundle', CDK_OUTDIR: 'out' };
  await run(process.execPath, ['app.mjs'], { cwd: folder.root, env });

  const text = await readFile(path.join(folder.root, 'out/GirderWorker.template.json'), 'utf8');
  const resources = Object.values<Resource>(JSON.parse(text).Resources);
  expectQueues(resources);
  const functions = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function').map((each) => each.Properties);
  expect(functions.map(({ Handler }) => Handler).sort()).toEqual(['deadLetters.handler', 'handler.handler']);
  for (const each of functions) expect(each).toMatchObject({ Runtime: 'nodejs24.x', RecursiveLoop: 'Allow' });
  const mappings = resources.filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
  expect(mappings.length).toBe(2);
  for (const { Properties } of mappings) expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
});

test('the example for SAM passes cfn-lint, and has the settings of the deployed stack', { timeout }, async () => {
  const bin = await pythonPrograms('cfn-lint==1.58.0');
  await run(path.join(bin, 'cfn-lint'), ['--regions', 'us-east-1', '--', example('sam/template.yaml')]);
  const template = load(await readFile(example('sam/template.yaml'), 'utf8')) as {
    readonly Globals: { readonly Function: object };
    readonly Resources: Record<string, Resource>;
  };
  const resources = Object.values(template.Resources);
  expectQueues(resources);
  expect(template.Globals.Function).toMatchObject({ RecursiveLoop: 'Allow', Runtime: 'nodejs24.x' });
  const functions = resources.filter(({ Type }) => Type === 'AWS::Serverless::Function');
  expect(functions.length).toBe(2);
  for (const { Properties } of functions)
    for (const event of Object.values<Resource>(Properties.Events))
      expect(event.Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
});

test('the example for Terraform can be parsed, and allows the loop between queue and function', {
  timeout,
}, async () => {
  const bin = await pythonPrograms('python-hcl2==8.1.4');
  const { stdout: parsed } = await run(path.join(bin, 'hcl2tojson'), [example('terraform/main.tf')]);
  expect(parsed).toMatch(/"recursive_loop": "\W*Allow/);
  expect(parsed).toContain('ReportBatchItemFailures');
});
