/**
 * Returns the smallest part of a list that it finds for which `holds`, in its order: it leaves out ever smaller pieces, until no single element
 * can be left out. The whole list must hold.
 */
export async function reduce<T>(
  list: readonly T[],
  holds: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  if (list.length === 0 || (await holds([]))) return [];
  let kept = list;
  for (let size = Math.ceil(kept.length / 2); ; size = Math.max(1, Math.ceil(size / 2))) {
    const before = kept.length;
    for (let at = 0; at < kept.length && kept.length > 1; ) {
      const fewer = kept.toSpliced(at, size);
      if (fewer.length > 0 && (await holds(fewer))) kept = fewer;
      else at += size;
    }
    if (size === 1 && kept.length === before) return kept;
  }
}
