/** What the thread of a script gets. */
export interface ScriptRequest {
  readonly script: string;
  /** The names of variables, and their values. */
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  /** The names of the variables to read after the script. */
  readonly outputs: readonly string[];
}

/** What the thread answers, once. */
export type ScriptReply = { readonly values: readonly unknown[] } | { readonly error: string };

/**
 * The program of the thread, as a text: a bundle has no file of it. It is CommonJS, without strict mode, so that a script can
 * set a variable that it does not declare.
 *
 * The script is the body of an async function whose parameters are the inputs. It is compiled alone first: what is wrong with
 * it is then reported with its own lines, and a script that closes the function early is refused.
 */
export const threadSource = `
const { parentPort, workerData } = require('node:worker_threads');
const { compileFunction } = require('node:vm');
const { script, names, values, outputs } = workerData;
const options = { filename: 'script' };
const AsyncFunction = (async () => {}).constructor;

function compile() {
  for (const name of [...names, ...outputs]) new Function(name, '');
  new AsyncFunction(script);
  const missing = "throw new Error('The script has not set its output \\"' + ";
  const read = outputs.map((name) =>
    "typeof " + name + " === 'undefined' ? (() => { " + missing + JSON.stringify(name) + " + '\\".'); })() : " + name);
  const unset = outputs.filter((name) => !names.includes(name));
  const declared = unset.length > 0 ? 'var ' + unset.join(', ') + '; ' : '';
  const body = declared + 'return (async () => {' + script + '\\n;return [' + read.join(', ') + '];\\n})();';
  return compileFunction(body, names, options);
}

function describe(error) {
  if (!(error instanceof Error)) return 'The script threw ' + String(error);
  const line = /\\bscript:(\\d+)/.exec(String(error.stack))?.[1];
  return 'The script failed: ' + error.name + ': ' + error.message + (line ? ' (line ' + line + ' of the script)' : '');
}

async function main() {
  const post = parentPort.postMessage.bind(parentPort);
  let reply;
  try {
    const result = await compile()(...values);
    if (!Array.isArray(result)) throw new Error('The script must not return: its outputs are read from variables.');
    reply = { values: result };
  } catch (error) {
    reply = { error: describe(error) };
  }
  // The thread is terminated at its answer, so what it has printed must be on its way before.
  for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done));
  try {
    post(reply);
  } catch (error) {
    post({ error: 'An output of the script cannot leave its thread: ' + error.message });
  }
}
main();
`;
