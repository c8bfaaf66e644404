type Measurement = Readonly<Record<string, number>>;

/**
 * Measures all cases one after the other, round after round, so that a machine that grows slower or busier does so for
 * all of them. Every second round goes backwards, so that no case always follows the same other one.
 * Gives, of each case, the values of each of its figures, in the order of the rounds.
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

/** CPU time of this process, all its threads, that some work takes, in microseconds, and how long it took. */
export async function cpuOf(work: () => Promise<unknown>): Promise<{ cpuUs: number; elapsedMs: number }> {
  const startCpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const { user, system } = process.cpuUsage(startCpu);
  return { cpuUs: user + system, elapsedMs: performance.now() - startMs };
}

/** Does something so many times, so many of them at once. */
export async function repeat(times: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
