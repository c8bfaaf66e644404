import { expect, test } from 'vitest';
import { requirePython } from '../support/requirements.ts';
import { dockerfileParts, jsonFault, pythonFaults, typescriptFaults } from './checks.ts';
import { commandFault, commandsIn } from './commands.ts';
import { readInlineCommands, readSnippets, type Snippet, snippetsIn } from './snippets.ts';

const snippets = readSnippets();
const checked = snippets.filter(({ reason }) => reason === undefined);
const languages = ['ts', 'json', 'python', 'console', 'sh', 'dockerfile'];

function inLanguage(language: string): Snippet[] {
  return checked.filter((snippet) => snippet.language === language);
}

test('every block of the documents has a language that this suite checks, or a comment with the reason why it is not checked', () => {
  expect(snippets.length).toBeGreaterThan(30);
  const unknown = checked
    .filter(({ language }) => !languages.includes(language))
    .map(
      ({ place, language }) =>
        `${place}: the language "${language}" is not one of ${languages.join(', ')}; write "<!-- snippet: not checked: REASON -->" before the block`,
    );
  expect(unknown).toEqual([]);
});

test('every comment before a block is understood', () => {
  const faults = snippets.flatMap(({ place, malformed }) => malformed.map((text) => `${place}: ${text}`));
  expect(faults).toEqual([]);
});

test('every TypeScript block compiles under strict with the packages of this repository', async () => {
  expect(await typescriptFaults(inLanguage('ts'))).toEqual([]);
}, 120_000);

test('every JSON block can be parsed', () => {
  const faults = inLanguage('json').map(jsonFault);
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test.skipIf(!requirePython())('every Python block compiles', async () => {
  expect(await pythonFaults(inLanguage('python'))).toEqual([]);
});

test('every command of a console, of a script and of a Dockerfile exists, with its options', async () => {
  const faults: string[] = [];
  for (const { place, language, code } of [
    ...inLanguage('console'),
    ...inLanguage('sh'),
    ...inLanguage('dockerfile'),
  ]) {
    const { commands, faults: own } =
      language === 'dockerfile' ? dockerfileParts(code) : { commands: commandsIn(language, code), faults: [] };
    faults.push(...own.map((fault) => `${place}: ${fault}`));
    expect(commands, place).not.toEqual([]);
    for (const command of commands) {
      const fault = await commandFault(command);
      if (fault !== undefined) faults.push(`${place}: ${command}: ${fault}`);
    }
  }
  expect(faults).toEqual([]);
});

test('every command of girder-worker and every npm script that the text names exists, with its options', async () => {
  const commands = readInlineCommands();
  expect(commands.length).toBeGreaterThan(10);
  const faults: string[] = [];
  for (const { place, command } of commands) {
    const fault = await commandFault(command);
    if (fault !== undefined) faults.push(`${place}: ${command}: ${fault}`);
  }
  expect(faults).toEqual([]);
});

const fence = '```';
const block = (language: string, code: string, comment = '') =>
  snippetsIn('x.md', `${comment}\n${fence}${language}\n${code}\n${fence}\n`)[0]!;

test('a block that is wrong is reported with its line', async () => {
  expect(await typescriptFaults([block('ts', "import { app } from 'girder-worker/app';\napp.tusk(() => 1);")])).toEqual(
    [expect.stringMatching(/^x\.md:4: error TS\d+: Property 'tusk' does not exist/)],
  );
  expect(await typescriptFaults([block('ts', 'add.delay(1);', '<!-- snippet: with add -->')])).toEqual([
    expect.stringMatching(/^x\.md:3: error/),
  ]);
  expect(jsonFault(block('json', '{\n  "a": 1,\n}'))).toMatch(/^x\.md:5: /);
}, 120_000);

test.skipIf(!requirePython())('a Python block that is wrong is reported with its line', async () => {
  expect(await pythonFaults([block('python', 'a = 1\nb =')])).toEqual([expect.stringMatching(/^x\.md:4: /)]);
});

test.each([
  ['npx girder-worker frobnicate', /unknown command/],
  ['npx girder-worker result ID --tymeout 3', /unknown option '--tymeout'/],
  ['npx girder-worker result --timeout 3', /missing required argument 'id'/],
  ['npx girder-worker -l info --no-such', /unknown option/],
  ['npm run frobnicate', /no script "frobnicate"/],
  ['npm run build-registry -- --chek', /unknown option/],
  ['npm create girder-worker-plugin my-plugin -- --licence MIT', /unknown option/],
  ['frobnicate', /does not know/],
])('the command "%s" is reported', async (command, fault) => {
  expect(await commandFault(command)).toMatch(fault);
});

test('comments before a block declare names, run it, or give a reason; anything else is malformed', () => {
  expect(block('ts', '', '<!-- snippet: with app, add; run, prints 3 -->')).toMatchObject({
    ...{ names: ['app', 'add'], run: true, prints: '3', malformed: [] },
  });
  expect(block('text', '', '<!-- snippet: not checked: it is output -->').reason).toBe('it is output');
  for (const comment of ['<!-- snippet: skip -->', '<!-- snippet: not checked:  -->', '<!-- snippet -->']) {
    expect(block('ts', '', comment).malformed, comment).toHaveLength(1);
  }
});

test('a block can be indented, and its code is not', () => {
  expect(snippetsIn('x.md', `1. Item\n\n   ${fence}ts\n   a;\n     b;\n   ${fence}\n`)).toMatchObject([
    { place: 'x.md:4', language: 'ts', code: 'a;\n  b;' },
  ]);
});
