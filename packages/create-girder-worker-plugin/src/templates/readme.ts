import { taskName as registeredName } from 'girder-worker/internal/task';
import { folderForName, type PluginAnswers } from '../answers/answers.ts';

/** README.md. */
export function readme({ name, description, license, taskName }: PluginAnswers): string {
  const add = registeredName(`${name}/tasks`, 'add');
  const cancelable = registeredName(`${name}/tasks`, taskName);
  return `# ${name}

${escapeMarkdown(description)}

A plugin of [Girder Worker](https://girder-worker.readthedocs.io) in TypeScript. Its tasks run in a deployment of
\`girder-worker\`, and Celery clients call them.

| task | effect |
|---|---|
| \`${add}(a, b)\` | returns the sum of two numbers |
| \`${cancelable}(to, stepMs=100)\` | counts in steps until it is revoked; an example of a cancelable task |

## Develop

You need Node.js 22.18 or newer.

| command | effect |
|---|---|
| \`npm install\` | installs the dependencies, and builds |
| \`npm run build\` | compiles \`src/\` to \`lib/\` |
| \`npm test\` | builds, checks the types of the tests, and runs them |

The tasks are in \`src/tasks.ts\`. A task is also a function: \`add(1, 2)\` runs in place. \`girder-worker/testing\` calls a
task with a \`this\` that a test can revoke.

A further module of tasks needs a line in \`exports\` of package.json, and one in \`taskImports()\` of the plugin class.

## Install it in a deployment

In the folder of the deployment:

\`\`\`console
$ npm install --install-links ../${folderForName(name)}
$ npm run build-registry
\`\`\`

\`npm install ${name}\` installs a published version. \`--install-links\` copies this folder instead of linking it, so that the
plugin uses the deployment's copy of girder-worker; run it again after each change. Commit the registry: its diff shows the
tasks that the next deployment runs. \`npm run dev\` runs the deployment on this machine.

## Call it

From Python, with the emulators of \`npm run dev\`:

\`\`\`python
from celery import Celery                                            # pip install 'celery[sqs]'
app = Celery(broker="sqs://test:test@localhost:9324//", backend="dynamodb://test:test@localhost:8000/celery",
             broker_transport_options={"region": "us-east-1", "is_secure": False})
result = app.send_task("${add}", args=(1, 2))
print(result.get(timeout=30))                                        # 3
\`\`\`

From TypeScript: \`import { add } from '${name}/tasks'\` and \`await add.delay(1, 2)\`. From a shell:
\`npx girder-worker call ${add} 1 2\`.

## License

${escapeMarkdown(license)}
`;
}

/** Escapes what Markdown and HTML would interpret in a line of text. */
function escapeMarkdown(text: string): string {
  return text
    .trim()
    .replace(/[\\`*_[\]<>&|~]/g, '\\$&')
    .replace(/^(?:[#+=-]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}
