#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { buildCommand } from './build.ts';
import { buildRegistryCommand } from './buildRegistry.ts';
import { callCommand } from './call.ts';
import { devCommand } from './dev.ts';
import { dlqCommand } from './dlq.ts';
import { inspectCommand } from './inspect.ts';
import { pingCommand } from './ping.ts';
import { purgeCommand } from './purge.ts';
import { resultCommand } from './result.ts';
import { revokeCommand } from './revoke.ts';
import { statusCommand } from './status.ts';
import { workerCommand } from './worker.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('girder-worker')
  .description('Celery tasks in TypeScript, run by a Lambda function: build, run and steer them.')
  .version(version)
  .showHelpAfterError('(girder-worker --help tells more)')
  .addHelpText('after', environmentHelp())
  .addCommand(workerCommand())
  .addCommand(devCommand())
  .addCommand(buildRegistryCommand())
  .addCommand(buildCommand())
  .addCommand(callCommand())
  .addCommand(resultCommand())
  .addCommand(revokeCommand())
  .addCommand(inspectCommand())
  .addCommand(statusCommand())
  .addCommand(pingCommand())
  .addCommand(purgeCommand())
  .addCommand(dlqCommand());

try {
  await program.parseAsync(withCommand(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  process.stderr.write(`girder-worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** No command is `worker`, whose options may be given without it; a word that is no command stays to be refused. */
function withCommand(args: readonly string[]): string[] {
  const [first] = args;
  const isWorker = first === undefined || (first.startsWith('-') && !/^(-h|--help|-V|--version)$/.test(first));
  return isWorker ? ['worker', ...args] : [...args];
}

function environmentHelp(): string {
  return `
Environment:
  GIRDER_WORKER_BROKER    where messages are sent: sqs:// (default; the AWS environment's account),
                          or sqs://key:secret@localhost:9324// for an emulator
  GIRDER_WORKER_BACKEND   where results are: dynamodb://@us-east-1/celery (table "celery" is the default)
  GIRDER_WORKER_QUEUES    the Celery queues of a worker, of inspect and of status, separated by commas: celery
  AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS,
  AWS_ENDPOINT_URL_DYNAMODB   as everywhere with AWS

Examples:
  $ girder-worker -l info -c 4                               a worker, without Lambda
  $ npm run dev                                              the whole stack on this machine
  $ girder-worker call gwexample.analyses.tasks.fibonacci 26
  $ girder-worker revoke 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker status                                     what waits, runs and has failed`;
}
