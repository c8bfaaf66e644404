import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Resolves to whether the Docker daemon answers, and Compose is installed. */
export async function hasDocker(): Promise<boolean> {
  const run = (...args: string[]) => promisify(execFile)('docker', args, { timeout: 20_000 });
  return Promise.all([run('info'), run('compose', 'version')]).then(
    () => true,
    () => false,
  );
}

/** Resolves to true when an emulator answers at this port, or to false when `ended` has resolved before. */
export async function answers(port: number, ended: Promise<unknown>): Promise<boolean> {
  let hasEnded = false;
  const end = ended.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    const response = await fetch(`http://127.0.0.1:${port}/_localstack/health`).catch(() => undefined);
    if (response?.ok) return true;
    await Promise.race([delay(200), end]);
  }
  return false;
}

/** Prints where the emulator is, and what to type in another terminal. */
export function printNextSteps(name: string, port: number): void {
  console.log(`
${name} is ready at http://127.0.0.1:${port}: SQS, SNS, DynamoDB, Lambda and all others. Stop it with Ctrl-C, which deletes its data.

In another terminal:

export AWS_ENDPOINT_URL=http://127.0.0.1:${port}
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
export GIRDER_WORKER_BROKER=sqs:// GIRDER_WORKER_BACKEND=dynamodb://@us-east-1/celery
npx serverless deploy --param architecture=${process.arch === 'arm64' ? 'arm64' : 'x86_64'}
npx girder-worker call gwexample.analyses.tasks.fibonacci 26

ready`);
}
