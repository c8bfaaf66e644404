import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the published package has the files of the deployment. */
const packed = fileURLToPath(new URL('../../deployment/', import.meta.url));
/** Where they are in the repository: they are those of its own deployment. */
const repository = fileURLToPath(new URL('../../../../../', import.meta.url));

/** Returns serverless.yml and the files in infra/: their texts by path. */
export function stackFiles(): ReadonlyMap<string, string> {
  const folder = existsSync(packed) ? packed : repository;
  const paths = globSync(['serverless.yml', 'infra/*.{yml,mjs,cjs}'], { cwd: folder }).sort();
  return new Map(paths.map((path) => [path.replaceAll(sep, '/'), readFileSync(join(folder, path), 'utf8')]));
}

export function gitignore(): string {
  return `node_modules/
.build/
.serverless/
`;
}

/** README.md of a deployment. */
export function readme(name: string): string {
  return `# ${name}

A deployment of [Girder Worker](https://girder-worker.readthedocs.io) in TypeScript: Lambda functions that run the tasks of
plugins for Celery clients, with SQS as the broker and DynamoDB as the result backend.

| command | effect |
|---|---|
| \`npm install PLUGIN\` | adds the plugin of this name; a folder is added with \`npm install --install-links ../my-plugin\` |
| \`npm run build-registry\` | lists the tasks of all plugins in \`functions/dispatcher/registry.generated.ts\`; commit the file |
| \`npm run dev\` | runs the stack on this machine, with emulators of SQS, SNS and DynamoDB |
| \`npx girder-worker worker -l info\` | runs a worker that polls SQS itself, for long tasks and containers |
| \`npx serverless deploy\` | deploys the stack to AWS; \`npx serverless package\` writes its template, without an account |
| \`npx girder-worker call TASK ARGUMENTS...\` | sends a task, and prints its result |

\`npm create girder-worker-plugin my-plugin\` creates a plugin.

| file | content |
|---|---|
| \`package.json\` | the plugins: each dependency that declares entry points in the group \`girder_worker_plugins\` |
| \`serverless.yml\` | the functions, and all parameters with their meaning |
| \`infra/\` | queues, table, roles and remote control; the step that builds the functions before they are packaged |
| \`functions/dispatcher/registry.generated.ts\` | the tasks, written by \`npm run build-registry\` |

The handlers of the functions are those of girder-worker. A deployment that has \`functions/dispatcher/handler.ts\`,
\`functions/control/handler.ts\` or \`functions/dead-letters/handler.ts\` uses its own.
`;
}
