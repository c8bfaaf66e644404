type Measurement = Readonly<Record<string, number>>;

/**
 * Measures all cases one after the other, in several rounds, so that changes in the speed of the machine affect all cases.
 * Every second round runs in reverse order, so that a case does not always follow the same other case.
 * Resolves to the values of each figure of each case, in the order of the rounds.
 */
export async function interleave(
  rounds: number,
  cases: Readonly<Record<string, () => Promise<Measurement>>>,
): Promise<Record<string, Record<string, number[]>>> {
  const values: Record<string, Record<string, number[]>> = Object.fromEntries(
    Object.keys(cases).map((name) => [name, {}]),
  );
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? Object.entries(cases) : Object.entries(cases).reverse();
    for (const [name, measure] of order) {
      const measured = await measure();
      for (const [figure, value] of Object.entries(measured)) {
        values[name]![figure] = [...(values[name]![figure] ?? []), value];
      }
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K  round ${round + 1} of ${rounds}: ${name}`);
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return values;
}

/** Resolves to the CPU time of all threads of this process during the work, in microseconds, and to its duration. */
export async function cpuOf(work: () => Promise<unknown>): Promise<{ cpuUs: number; elapsedMs: number }> {
  const startCpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const { user, system } = process.cpuUsage(startCpu);
  return { cpuUs: user + system, elapsedMs: performance.now() - startMs };
}

/** Calls `work` `times` times, `atOnce` of them concurrently. */
export async function repeat(times: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const workNext = async () => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, workNext));
}
