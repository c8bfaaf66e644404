import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const open = '<!-- parameters: written by test/docs/parameters.test.ts -->';
const close = '<!-- /parameters -->';

/** Parameters of `serverless.yml` that one comment explains, with their values as they stand there. */
interface Explained {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly comment: string;
}

type Check = (text: string, parameter: unknown) => string | undefined;
const load = createRequire(import.meta.url);
const { checks } = load('../../infra/settings.cjs') as { readonly checks: Readonly<Record<string, Check>> };
const { presets } = load('../../infra/presets.cjs') as {
  readonly presets: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
};

/** The names of all parameters of `serverless.yml`. */
export function parameterNames(): string[] {
  return explainedParameters().flatMap(({ names }) => names);
}

/** The table of the parameters in docs/deployment.md, with the markers around it: from the comments and values of serverless.yml, and from infra/. */
export function renderParameters(): string {
  const rows = explainedParameters().map(({ names, values, comment }) => {
    const defaults = [...new Set(names.map((name, index) => defaultOf(name, values[index]!)))].join('; ');
    const expected = [...new Set(names.map(expectedOf))].join('; ');
    return `| ${names.map((name) => `\`${name}\``).join(', ')} | ${defaults} | ${expected} | ${comment} |`;
  });
  return [open, '| parameter | default | value | meaning |', '|---|---|---|---|', ...rows, close].join('\n');
}

function explainedParameters(): Explained[] {
  const lines = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8').split('\n');
  const begin = lines.indexOf('  default:') + 1;
  const explained: { names: string[]; values: string[]; comment: string }[] = [];
  let comment: string[] = [];
  for (const line of lines.slice(begin, lines.indexOf('', begin))) {
    const [, text] = /^ {4}# ?(.*)$/.exec(line) ?? [];
    const [, name, value] = /^ {4}(\w+): (.*)$/.exec(line) ?? [];
    if (text !== undefined && !text.startsWith(' ')) comment.push(text); // Lines that begin with more spaces are an example.
    if (name === undefined || value === undefined) continue;
    if (comment.length > 0)
      explained.push({ names: [], values: [], comment: comment.join(' ').replaceAll('|', '\\|') });
    comment = [];
    explained.at(-1)!.names.push(name);
    explained.at(-1)!.values.push(value);
  }
  return explained;
}

/** The default, of each preset that has its own. */
function defaultOf(name: string, value: string): string {
  const shown = (text: string | number | undefined) =>
    ["''", '{}', '', undefined].includes(text as string) ? 'none' : `\`${text}\``;
  if (value.startsWith('${param:')) return `that of \`${value.slice('${param:'.length, -1)}\``;
  if (!value.startsWith('${')) return shown(value);
  const { idle, ...others } = presets;
  const own = Object.entries(others).filter(([, settings]) => settings[name] !== idle![name]);
  return [shown(idle![name]), ...own.map(([preset, settings]) => `\`${preset}\`: ${shown(settings[name])}`)].join('; ');
}

/** What infra/settings.cjs says of a value that it refuses. */
function expectedOf(name: string): string {
  const expected = checks[name]?.('\0', '\0');
  return expected?.replaceAll('|', '\\|') ?? 'a text';
}
