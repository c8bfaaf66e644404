import { faultKinds } from './faultKinds.ts';
import { faultIdOf } from './faultSource.ts';
import type { Shrunk } from './shrink.ts';

/** Returns a small simulation as a text: its flows, its faults, the history of the task, and the command that runs it again. */
export function describeShrunk({ options, violation, flows, faults, history, runs }: Shrunk): string {
  const { seed, timingSeed, flowSeeds = [], maxClockOffsetMs } = options;
  const timing = timingSeed === undefined ? '' : ` --timing ${timingSeed}`;
  const clocks = maxClockOffsetMs === undefined ? '' : ` --clocks ${maxClockOffsetMs / 1000}`;
  const only = faults.map(faultIdOf).join(',');
  return [
    `${violation.invariant}: ${violation.text}`,
    `The smallest simulation of ${runs} that violates it:`,
    `  npm run simulate -- --seed ${seed}${timing}${clocks} --flows ${flowSeeds.join(',')} --only '${only}'`,
    'Flows:',
    ...flows.map((flow) => `  ${flow}`),
    'Faults:',
    ...faults.map(
      ({ name, about, atMs }) => `  ${new Date(atMs).toISOString()} ${name}, ${about}: ${faultKinds[name].text}`,
    ),
    `The history of ${violation.id}:`,
    ...history.map((line) => `  ${line}`),
  ].join('\n');
}
