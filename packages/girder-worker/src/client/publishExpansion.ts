import type { Expansion } from '../canvas/expand.ts';
import { routeOf } from '../canvas/route.ts';
import { encode } from '../message/encode.ts';
import type { Connection } from './client.ts';

/** Messages on their way at the same time. */
const atOnce = 20;

/** Writes the chords, so that members can be counted, and then publishes the messages; those of FIFO queues one by one. */
export async function publishExpansion(
  { chords, messages }: Expansion,
  { transport, store }: Connection,
): Promise<void> {
  if (chords.length > 0) {
    const backend = await store();
    await Promise.all(chords.map(({ groupId, members }) => backend.startChord(groupId, members)));
  }
  const letters = messages.map((message) => ({ body: encode(message), route: routeOf(message) }));
  const size = letters.some(({ route }) => route.queue.endsWith('.fifo')) ? 1 : atOnce;
  for (let i = 0; i < letters.length; i += size) {
    await Promise.all(letters.slice(i, i + size).map(({ body, route }) => transport.publish(body, route)));
  }
}
