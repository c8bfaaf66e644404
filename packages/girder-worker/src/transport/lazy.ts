import type { Transport } from './transport.ts';

/**
 * A transport that connects when it is first used: a dispatcher whose tasks all succeed never sends anything, and need
 * not load the SQS client.
 */
export function lazyTransport(connect: () => Promise<Transport>): Transport {
  let connected: Promise<Transport> | undefined;
  const transport = () => {
    connected ??= connect();
    return connected;
  };
  return {
    publish: async (body, options) => (await transport()).publish(body, options),
    sendAgain: async (receipt, body, delay) => (await transport()).sendAgain(receipt, body, delay),
    deadLetter: async (letter) => (await transport()).deadLetter(letter),
    acknowledge: async (receipt) => (await transport()).acknowledge(receipt),
    changeVisibility: async (receipt, seconds) => (await transport()).changeVisibility(receipt, seconds),
  };
}
