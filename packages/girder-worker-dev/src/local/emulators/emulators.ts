import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { killBound, startBound } from '../process/boundProcess.ts';
import { siblingModule } from '../process/siblingModule.ts';
import type { EmulatedService, EmulatorReport } from './emulatorProtocol.ts';

export interface EmulatorPorts {
  /** The port of SQS and SNS; 0 chooses a free one. @default 0 */
  readonly sqsPort?: number;
  /** The port of DynamoDB; 0 chooses a free one. @default 0 */
  readonly dynamodbPort?: number;
}

/** Emulators of SQS, SNS and DynamoDB on 127.0.0.1, in a process of their own: their data outlives crashes of other processes. */
export interface Emulators {
  /** The endpoint of SQS and SNS. */
  readonly sqsEndpoint: string;
  readonly dynamodbEndpoint: string;
  readonly pid: number;
  /** Resolves if the process ends before `stop()` is called. */
  readonly lost: Promise<EmulatorsLostError>;
  stop(): Promise<void>;
}

/** Starts empty emulators. Rejects with a PortUnavailableError, or with an EmulatorsLostError if the process ends during start. */
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
      child.removeAllListeners('exit'); // `lost` must not resolve.
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

/** An emulator could not listen on its port: `PORT_IN_USE`, or `PORT_DENIED` for any other reason. */
export class PortUnavailableError extends Error {
  override readonly name = 'PortUnavailableError';
  readonly code: 'PORT_IN_USE' | 'PORT_DENIED';
  readonly service: EmulatedService;
  readonly port: number;

  constructor(service: EmulatedService, port: number, cause: string) {
    const isInUse = cause === 'EADDRINUSE';
    const option = service === 'SQS' ? '--sqs-port' : '--dynamodb-port';
    super(
      [
        `Port ${port} for ${service} ${isInUse ? 'is in use, perhaps by another `npm run dev`' : `cannot be opened (${cause})`}.`,
        `${isInUse ? 'Stop that process, or choose' : 'Choose'} another port with ${option}; 0 chooses a free one: npm run dev -- ${option} 0`,
      ].join('\n'),
    );
    this.code = isInUse ? 'PORT_IN_USE' : 'PORT_DENIED';
    this.service = service;
    this.port = port;
  }
}

/** The process of the emulators ended before `stop()` was called. All queues and tables are lost. */
export class EmulatorsLostError extends Error {
  override readonly name = 'EmulatorsLostError';
  readonly code = 'EMULATORS_LOST';

  constructor(exit: string) {
    super(`The emulators of SQS and DynamoDB are gone (${exit}), and all queues and results with them. Start again.`);
  }
}
