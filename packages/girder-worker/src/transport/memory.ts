import type { DeadLetter, PublishOptions, Receipt, Transport } from './transport.ts';

/** A transport that remembers what it was told, for tests and simulations. */
export interface MemoryTransport extends Transport {
  readonly published: { readonly body: string; readonly options: PublishOptions }[];
  readonly deadLetters: DeadLetter[];
  readonly visibilityChanges: { readonly receipt: Receipt; readonly seconds: number }[];
}

export function createMemoryTransport(): MemoryTransport {
  const published: MemoryTransport['published'] = [];
  const deadLetters: DeadLetter[] = [];
  const visibilityChanges: MemoryTransport['visibilityChanges'] = [];
  return {
    published,
    deadLetters,
    visibilityChanges,
    async publish(body, options) {
      published.push({ body, options });
    },
    async deadLetter(letter) {
      deadLetters.push(letter);
    },
    async changeVisibility(receipt, seconds) {
      visibilityChanges.push({ receipt, seconds });
    },
  };
}
