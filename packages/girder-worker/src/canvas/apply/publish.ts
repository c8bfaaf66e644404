import { encode } from '../../message/encode.ts';
import type { ChordStore } from '../../store/chordStore.ts';
import type { Expansion } from './expansion.ts';
import { type Route, routeOf } from './route.ts';

/** Where an expansion goes to. */
export interface Publishing {
  readonly startChord: ChordStore['startChord'];
  readonly publish: (body: string, route: Route) => Promise<void>;
}

/** Messages on their way at the same time. */
const atOnce = 20;

/** Writes the chords, so that members can be counted, and then publishes the messages; those of FIFO queues one by one. */
export async function publishExpansion(
  { chords, messages }: Expansion,
  { startChord, publish }: Publishing,
  { delaySeconds }: { readonly delaySeconds?: number } = {},
): Promise<void> {
  await Promise.all(chords.map(({ groupId, members }) => startChord(groupId, members)));
  const letters = messages.map((message) => {
    const route = routeOf(message);
    return { body: encode(message), route: delaySeconds === undefined ? route : { ...route, delaySeconds } };
  });
  const size = letters.some(({ route }) => route.queue.endsWith('.fifo')) ? 1 : atOnce;
  for (let i = 0; i < letters.length; i += size) {
    await Promise.all(letters.slice(i, i + size).map(({ body, route }) => publish(body, route)));
  }
}
