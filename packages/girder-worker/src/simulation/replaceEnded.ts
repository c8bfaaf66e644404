import type { World } from './world.ts';

/** How long it takes at most until the next worker takes the place of another, in ms. */
const maxGapMs = 60_000;

/** Keeps so many workers: `live` resolves when one has ended, and another takes its place after a while. */
export function replaceEnded(
  { system, random }: Pick<World, 'system' | 'random'>,
  count: number,
  live: () => Promise<void>,
): void {
  for (let index = 0; index < count; index++) void liveAgain();

  async function liveAgain(): Promise<void> {
    for (;;) {
      await live();
      await system.sleep(random() * maxGapMs);
    }
  }
}
