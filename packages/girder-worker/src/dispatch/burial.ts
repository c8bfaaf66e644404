import type { DecodeError } from '../kombu/errors.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Delivery } from './delivery.ts';
import type { DispatcherDeps, Disposition, Lease } from './stations.ts';

/** Puts a message that nobody can run among the dead letters; a client that waits for it is told, where its id is known. */
export function createBurial({ store, transport, log, worker }: DispatcherDeps) {
  return async (delivery: Delivery, error: DecodeError, lease: Lease): Promise<Disposition> => {
    log.error(`Message ${delivery.messageId} cannot be decoded (${error.code}): ${error.message}`);
    if (error.identity) {
      const claim = { id: error.identity.id, epoch: 0, ignoreResult: false, worker, ...lease };
      const type = error.code === 'CONTENT_DISALLOWED' ? 'ContentDisallowed' : 'DecodeError';
      const failure = failureOf(type, [error.message], 'kombu.exceptions');
      const answer = await store.claim(claim);
      if (answer.kind === 'claimed') {
        await store.complete(claim, { state: 'FAILURE', failure }, { group: null, parentId: null });
      }
    }
    const { queueArn } = delivery.receipt;
    await transport.deadLetter({ body: delivery.body, code: error.code, reason: error.message, queueArn });
    return 'settled';
  };
}
