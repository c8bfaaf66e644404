import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { killBound, startBound } from '../process/boundProcess.ts';
import { siblingModule } from '../process/siblingModule.ts';
import type { EmulatorReport } from './emulatorProtocol.ts';
import { EmulatorsLostError, PortUnavailableError } from './errors.ts';

export interface EmulatorPorts {
  /** Of SQS and SNS. @default 0, a free one */
  readonly sqsPort?: number;
  /** @default 0, a free one */
  readonly dynamodbPort?: number;
}

/** Emulators of SQS, SNS and DynamoDB, empty, on 127.0.0.1, in a process of their own: what happens to others loses them nothing. */
export interface Emulators {
  /** Of SNS, too. */
  readonly sqsEndpoint: string;
  readonly dynamodbEndpoint: string;
  readonly pid: number;
  /** Resolves if their process ends without `stop()`. */
  readonly lost: Promise<EmulatorsLostError>;
  stop(): Promise<void>;
}

/** Starts the emulators. Rejects with a PortUnavailableError, or an EmulatorsLostError where they end while they start. */
export async function startEmulators({ sqsPort = 0, dynamodbPort = 0 }: EmulatorPorts = {}): Promise<Emulators> {
  const child = startBound(fileURLToPath(siblingModule(import.meta.url, './emulatorProcess.ts')), {
    args: [String(sqsPort), String(dynamodbPort)],
    env: process.env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const lost = lossOf(child);
  const started = await Promise.race([firstReport(child), lost]);
  if (started instanceof Error) throw started;
  if (started.kind === 'failed') {
    await killBound(child);
    throw new PortUnavailableError(started.service, started.port, started.cause);
  }
  return {
    sqsEndpoint: `http://127.0.0.1:${started.sqsPort}`,
    dynamodbEndpoint: `http://127.0.0.1:${started.dynamodbPort}`,
    pid: child.pid!,
    lost,
    async stop() {
      child.removeAllListeners('exit'); // What is stopped is not lost.
      await killBound(child);
    },
  };
}

function firstReport(child: ChildProcess): Promise<EmulatorReport> {
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as EmulatorReport));
    child.once('error', reject);
  });
}

function lossOf(child: ChildProcess): Promise<EmulatorsLostError> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(new EmulatorsLostError(signal ?? `exit code ${code}`)));
  });
}
