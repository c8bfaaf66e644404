import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A module that only creates a client of DynamoDB, with the commands that a task needs. Its handler does nothing. */
const source = `
import {
  BatchExecuteStatementCommand, BatchGetItemCommand, DynamoDBClient, GetItemCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
export const used = [BatchExecuteStatementCommand, BatchGetItemCommand, GetItemCommand, UpdateItemCommand];
export const client = new DynamoDBClient({});
export const handler = async () => ({ batchItemFailures: [] });
`;

/** Bundles the client of the AWS SDK as it is, with nothing left out, to compare with. Resolves to the file. */
export async function bundleBareClient(folder: string): Promise<string> {
  const outfile = join(folder, 'bareClient.mjs');
  await build({
    stdin: { contents: source, resolveDir: here },
    ...{ outfile, bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node22', logLevel: 'error' },
    mainFields: ['module', 'main'],
    banner: { js: `import{createRequire}from'node:module';const require=createRequire(import.meta.url);` },
  });
  return outfile;
}
