import type { DeadLetter, Delay, PublishOptions, Receipt, Transport } from './transport.ts';

/** A transport that remembers what it was told, for tests and simulations. */
export interface MemoryTransport extends Transport {
  readonly published: { readonly body: string; readonly options: PublishOptions }[];
  readonly sentAgain: { readonly receipt: Receipt; readonly body: string; readonly delay: Delay }[];
  readonly deadLetters: DeadLetter[];
  readonly acknowledged: Receipt[];
  readonly visibilityChanges: { readonly receipt: Receipt; readonly seconds: number }[];
}

export function createMemoryTransport(): MemoryTransport {
  const published: MemoryTransport['published'] = [];
  const sentAgain: MemoryTransport['sentAgain'] = [];
  const deadLetters: DeadLetter[] = [];
  const acknowledged: Receipt[] = [];
  const visibilityChanges: MemoryTransport['visibilityChanges'] = [];
  return {
    published,
    sentAgain,
    deadLetters,
    acknowledged,
    visibilityChanges,
    async publish(body, options) {
      published.push({ body, options });
    },
    async resend(receipt, body, delay) {
      sentAgain.push({ receipt, body, delay });
    },
    async deadLetter(letter) {
      deadLetters.push(letter);
    },
    async acknowledge(receipt) {
      acknowledged.push(receipt);
    },
    async changeVisibility(receipt, seconds) {
      visibilityChanges.push({ receipt, seconds });
    },
  };
}
