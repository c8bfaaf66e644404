#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { buildCommand } from './build.ts';
import { buildRegistryCommand } from './buildRegistry.ts';
import { callCommand } from './call.ts';
import { devCommand } from './dev.ts';
import { resultCommand } from './result.ts';
import { revokeCommand } from './revoke.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('girder-worker')
  .description('Celery tasks in TypeScript, run by a Lambda function: build, run and steer them.')
  .version(version)
  .showHelpAfterError('(girder-worker --help tells more)')
  .addHelpText('after', environmentHelp())
  .addCommand(devCommand())
  .addCommand(buildRegistryCommand())
  .addCommand(buildCommand())
  .addCommand(callCommand())
  .addCommand(resultCommand())
  .addCommand(revokeCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`girder-worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function environmentHelp(): string {
  return `
Environment:
  GIRDER_WORKER_BROKER    where messages are sent: sqs:// (default; the AWS environment's account),
                          or sqs://key:secret@localhost:9324// for an emulator
  GIRDER_WORKER_BACKEND   where results are: dynamodb://@us-east-1/celery (table "celery" is the default)
  AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS,
  AWS_ENDPOINT_URL_DYNAMODB   as everywhere with AWS

Examples:
  $ npm run dev                                              the whole stack on this machine
  $ girder-worker call gwexample.analyses.tasks.fibonacci 26
  $ girder-worker revoke 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf`;
}
