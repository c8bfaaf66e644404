import { DecodeError } from '../kombu/errors.ts';
import { decode } from '../message/decode.ts';
import type { Message } from '../message/message.ts';
import { isRedelivered } from './delivery.ts';
import type { DispatcherDeps } from './deps.ts';
import { turnMs } from './isolation.ts';
import type { RunContext } from './taskRun.ts';

/**
 * Returns the function that decodes the message of a delivery. A large message that was delivered before may have ended its worker:
 * it is decoded when the tasks beside it have ended, and each time is counted in the store before. The message is refused with
 * WORKER_LOST when its worker has died `maxDeliveries` times, although no message within the limits should take so much.
 *
 * The function rejects with DecodeError, and with what the store rejects with.
 */
export function createDeliveryDecoder({
  store,
  isolation,
  maxDeliveries,
}: Pick<DispatcherDeps, 'store' | 'isolation' | 'maxDeliveries'>): (context: RunContext) => Promise<Message> {
  return ({ delivery, window }) => {
    const { body, messageId } = delivery;
    if (!isRedelivered(delivery)) return decode(body);

    const decodeLarge = <T>(decodeBody: () => Promise<T>) =>
      isolation.alone(turnMs(window), async () => {
        const begun = await store.beginDecoding(messageId);
        try {
          if (begun <= maxDeliveries) return await decodeBody();
          throw new DecodeError('WORKER_LOST', `The worker died ${begun - 1} times while it decoded the message.`);
        } finally {
          await store.endDecoding(messageId);
        }
      });
    return decode(body, { decodeLarge });
  };
}
