import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createDeployment } from '../support/deployment.ts';
import { foreignPackages, pythonPreambles, typescriptPreambles } from './preambles.ts';
import { root, type Snippet } from './snippets.ts';

const run = promisify(execFile);

const tsconfig = {
  compilerOptions: {
    ...{ target: 'es2024', lib: ['es2024', 'esnext.error'], module: 'nodenext', types: ['node'] },
    ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
  },
  // With the declarations of packages that have none.
  include: ['*.ts', join(root, 'packages/*/src/**/*.d.ts')],
};

/** Returns the first line of a block: the declarations that its comment names. Throws an Error for an unknown name. */
export function preambleOf({ place, names, language }: Snippet): string {
  const preambles = language === 'python' ? pythonPreambles : typescriptPreambles;
  return names
    .map((name) => {
      const text = preambles[name];
      if (text === undefined) throw new Error(`${place}: test/docs/preambles.ts has no "${name}".`);
      return text;
    })
    .join(' ');
}

function foreignFiles(): Record<string, string> {
  const files = Object.entries(foreignPackages).flatMap(([name, declarations]) => [
    [
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, type: 'module', types: './index.d.ts', main: './index.js' }),
    ],
    [`node_modules/${name}/index.d.ts`, declarations],
  ]);
  return Object.fromEntries(files);
}

const openTelemetry = ['@opentelemetry/api', '@opentelemetry/sdk-trace-node'];

/** Type-checks blocks under `strict` with the packages of this repository. Returns the errors, each with its place in the document. */
export async function typescriptFaults(snippets: readonly Snippet[]): Promise<string[]> {
  using project = createDeployment(['gwexample', 'girder-worker-tasks', '@gwexample/text-tools'], {
    files: { 'tsconfig.json': JSON.stringify(tsconfig), ...foreignFiles() },
  });
  for (const name of ['@types/node', 'undici-types', 'valibot', '@standard-schema/spec', ...openTelemetry]) {
    const link = join(project.root, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link, 'dir');
  }
  // The registry of a deployment, with the same path as in this repository.
  mkdirSync(join(project.root, 'functions', 'dispatcher'), { recursive: true });
  symlinkSync(
    join(root, 'functions/dispatcher/registry.generated.ts'),
    join(project.root, 'functions/dispatcher/registry.generated.ts'),
  );
  for (const [index, snippet] of snippets.entries()) {
    const text = `${preambleOf(snippet)}\n${snippet.code}\nexport {};\n`;
    writeFileSync(join(project.root, `snippet${index}.ts`), text);
  }
  const output = await run(join(root, 'node_modules/.bin/tsc'), ['--project', project.root], {
    cwd: project.root,
  }).then(
    () => '',
    (error: { stdout?: string; message: string }) => error.stdout || error.message,
  );
  return output
    .split('\n')
    .filter((line) => /^\S/.test(line)) // Other lines explain the one before.
    .map((line) =>
      line.replace(/^snippet(\d+)\.ts\((\d+),(\d+)\)/, (_, index: string, row: string) => {
        const { file, line: start } = snippets[Number(index)]!;
        return `${file}:${start + Number(row) - 2}`; // The preamble is the first line.
      }),
    );
}

const compiler = `
import json, sys
faults = []
for snippet in json.load(sys.stdin):
    try:
        compile("\\n" * (snippet["line"] - 1) + snippet["code"], snippet["file"], "exec")
    except SyntaxError as error:
        faults.append("%s:%s: %s" % (snippet["file"], error.lineno, error.msg))
print(json.dumps(faults))`;

/** Compiles Python blocks. Returns the errors, each with its place in the document. Needs Python 3. */
export async function pythonFaults(snippets: readonly Snippet[]): Promise<string[]> {
  const compiling = run('python3', ['-c', compiler]);
  compiling.child.stdin!.end(JSON.stringify(snippets));
  return JSON.parse((await compiling).stdout);
}

/** Returns the error of a JSON block; undefined if it can be parsed. */
export function jsonFault({ file, line, code }: Snippet): string | undefined {
  try {
    JSON.parse(code);
    return undefined;
  } catch (error) {
    const [, position] = /position (\d+)/.exec((error as Error).message) ?? [];
    const row = position === undefined ? 0 : code.slice(0, Number(position)).split('\n').length - 1;
    return `${file}:${line + row}: ${(error as Error).message}`;
  }
}

const instruction = /^(?:FROM|WORKDIR|COPY|RUN|CMD|ENTRYPOINT|ENV|EXPOSE|USER|ARG|HEALTHCHECK|LABEL)\s+\S/;

/** Returns the commands of a Dockerfile, and the lines that are no instruction. */
export function dockerfileParts(code: string): { readonly commands: string[]; readonly faults: string[] } {
  const lines = code
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const faults = lines
    .filter((line) => !instruction.test(line))
    .map((line) => `no instruction of a Dockerfile: ${line}`);
  const commands = lines.flatMap((line) => {
    const [, kind, rest = ''] = /^(RUN|CMD|ENTRYPOINT)\s+(.*)$/.exec(line) ?? [];
    if (kind === undefined) return [];
    const command = rest.startsWith('[') ? (JSON.parse(rest) as string[]).join(' ') : rest;
    return command.replace(/^node node_modules\/\.bin\/girder-worker/, 'npx girder-worker').split(/\s*&&\s*/);
  });
  return { commands, faults };
}
