import { Command } from 'commander';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { port, seconds } from '../shared/arguments.ts';
import { print, processOutput } from '../shared/output.ts';

interface HealthOptions {
  readonly port: number;
  readonly host: string;
  readonly live?: true;
  readonly timeout: number;
}

export function healthCommand(): Command {
  return new Command('health')
    .description('Ask a worker with --health-port whether it is ready. For the health check of a container.')
    .requiredOption('--port <port>', 'port of --health-port', port)
    .option('--host <host>', 'host of the worker', '127.0.0.1')
    .option('--live', 'ask whether the worker is alive instead: an outage or a shutdown is no failure then')
    .option('--timeout <seconds>', 'longest time to wait for the answer', seconds, 5)
    .addHelpText('after', help)
    .action(async (options: HealthOptions) => {
      const { isOk, text } = await askHealth(options);
      if (isOk) return print(text);
      processOutput.writeErr(`${text}\n`);
      process.exitCode = 1;
    });
}

const help = `
The command prints one line, and exits with 0 if the worker is ready and with 1 if not.

Examples:
  $ girder-worker health --port 8080
  ready

  $ girder-worker health --port 8080
  not ready (starting): consumer: Cannot connect to sqs://: connect ECONNREFUSED 127.0.0.1:9324`;

/** Asks the probe of a worker. Never rejects: no answer is an answer, too. */
async function askHealth({ port, host, live, timeout }: HealthOptions): Promise<{ isOk: boolean; text: string }> {
  const word = live ? 'alive' : 'ready';
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const late = new AbortController();
  const cancelTimeout = nodeSystem.startTimer(() => late.abort(), timeout * 1000);
  try {
    const response = await fetch(`http://${address}/${live ? 'live' : 'ready'}`, { signal: late.signal });
    const { status, reasons } = (await response.json()) as { readonly status: string; readonly reasons: string[] };
    return response.ok
      ? { isOk: true, text: word }
      : { isOk: false, text: `not ${word} (${status}): ${reasons.join(' ')}` };
  } catch (error) {
    const { message, cause } = error as Error & { readonly cause?: { readonly code?: string } };
    const why = late.signal.aborted ? `no answer within ${timeout} s` : (cause?.code ?? message);
    return { isOk: false, text: `not ${word}: The worker does not answer at ${address}: ${why}` };
  } finally {
    cancelTimeout();
  }
}
