/**
 * Calls `handle` for each item, in order, with at most `concurrency` calls under way. After the first call that rejects no
 * further call begins; rejects with its error when those under way have ended.
 */
export async function forEachConcurrently<Item>(
  items: readonly Item[],
  concurrency: number,
  handle: (item: Item, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const handleNext = async () => {
    while (next < items.length && !failure) {
      const index = next++;
      try {
        await handle(items[index]!, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, handleNext));
  if (failure) throw failure.error;
}
