import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readExchange } from './exchange.ts';
import { faults } from './faults.ts';
import { canFailInPart } from './partialBatches.ts';

export type FaultName = keyof typeof faults;

/** The probability of each fault; their sum is at most 1. */
export type Probabilities = Readonly<Partial<Record<FaultName, number>>>;

/** A request that has reached the proxy. */
export interface SeenRequest {
  readonly operation: string;
  /** In ms since the start of this process. */
  readonly atMs: number;
  /** Undefined if the service has answered it. */
  readonly fault: FaultName | undefined;
}

/** A proxy in front of an emulator of SQS or DynamoDB. Some of the requests and answers do not arrive as they were sent. */
export interface FaultyProxy {
  readonly endpoint: string;
  readonly requests: SeenRequest[];
  /** Sets the probabilities of faults from now on; without a name, requests are passed on. */
  setFaults(probabilities: Probabilities): void;
  stop(): Promise<void>;
}

/** @param random decides the faults: with the same requests in the same order, they are the same ones */
export async function startFaultyProxy(target: string, random: () => number): Promise<FaultyProxy> {
  const requests: SeenRequest[] = [];
  let probabilities: Probabilities = {};

  const choose = (): FaultName | undefined => {
    let left = random();
    for (const [name, probability] of Object.entries(probabilities) as [FaultName, number][]) {
      left -= probability;
      if (left < 0) return name;
    }
    return undefined;
  };

  const server = createServer(async (incoming, outgoing) => {
    try {
      const exchange = await readExchange(incoming, outgoing, target);
      const { operation } = exchange;
      const chosen = choose();
      const fault = chosen === 'partialBatch' && !canFailInPart(operation) ? undefined : chosen;
      requests.push({ operation, atMs: performance.now(), fault });
      if (fault) await faults[fault](exchange, random);
      else exchange.answer(await exchange.forward());
    } catch (error) {
      if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
      outgoing.destroy(); // The client, or the emulator, has closed its connection.
    }
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    setFaults(changed) {
      probabilities = changed;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
