// Runs the functions of an emulator that has no place of its own for them. Listens on 127.0.0.1, prints its port, and ends with
// standard input. Bodies are JSON:
//   PUT /<id> starts an environment; 400 with the reason if the function cannot be loaded.
//   POST /<id> invokes it with the body as the event; the answer is { "response" } or { "error" }, and { "log" }.
//   DELETE /<id> ends it, after the invocation that runs.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import {
  createLambdaFunction,
  type LambdaFunction,
} from '../../../packages/girder-worker-dev/src/local/lambda/lambdaFunction.ts';
import type { LambdaSettings } from '../../../packages/girder-worker-dev/src/local/lambda/lambdaSettings.ts';

interface Environment {
  readonly lambda: LambdaFunction;
  /** What it has printed since the last answer. */
  lines: string[];
  /** Resolves when the running invocation has ended. */
  running: Promise<unknown>;
}
const environments = new Map<string, Environment>();

async function start(id: string, settings: Omit<LambdaSettings, 'printLine'>): Promise<object> {
  const lines: string[] = [];
  const printLine = (line: string) => {
    environment.lines.push(line);
    console.error(`${settings.functionName}: ${line}`);
  };
  const environment: Environment = {
    lambda: createLambdaFunction({ ...settings, printLine }),
    lines,
    running: Promise.resolve(),
  };
  await environment.lambda.warmUp();
  environments.set(id, environment);
  return {};
}

async function invoke(id: string, event: unknown): Promise<object> {
  const environment = environments.get(id);
  if (environment === undefined) throw new Error(`There is no environment ${id}.`);
  const invocation = environment.lambda.invoke(event).then(
    (response) => ({ response: response ?? null }),
    (error: Error) => ({ error: { errorType: error.name, errorMessage: error.message } }),
  );
  environment.running = invocation;
  const answer = await invocation;
  const log = environment.lines.splice(0).join('\n');
  return { ...answer, log };
}

async function end(id: string): Promise<object> {
  const environment = environments.get(id);
  environments.delete(id);
  // An update of a function does not end its invocations, which go on with the code before it.
  if (environment) void environment.running.then(() => environment.lambda.kill());
  return {};
}

const server = createServer(async (request, response) => {
  const id = request.url!.slice(1);
  try {
    const body = request.method === 'DELETE' ? undefined : await json(request);
    const answer =
      request.method === 'PUT'
        ? await start(id, body as LambdaSettings)
        : await (request.method === 'POST' ? invoke(id, body) : end(id));
    response.end(JSON.stringify(answer));
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on('end', () => process.exit());
