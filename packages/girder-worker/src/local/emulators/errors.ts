import type { EmulatedService } from './emulatorProtocol.ts';

/** An emulator could not listen: `PORT_IN_USE`, or `PORT_DENIED` for another reason. */
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
        `${isInUse ? 'Stop that one, or choose' : 'Choose'} another port with ${option}; 0 takes any free one: npm run dev -- ${option} 0`,
      ].join('\n'),
    );
    this.code = isInUse ? 'PORT_IN_USE' : 'PORT_DENIED';
    this.service = service;
    this.port = port;
  }
}

/** The process of the emulators ended without being asked to, and with it all queues and tables. */
export class EmulatorsLostError extends Error {
  override readonly name = 'EmulatorsLostError';
  readonly code = 'EMULATORS_LOST';

  constructor(exit: string) {
    super(`The emulators of SQS and DynamoDB are gone (${exit}), and all queues and results with them.`);
  }
}
