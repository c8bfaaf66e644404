import { type Finding, findingsOf } from './finding.ts';

/** AWS refuses requests whose time differs by more than this from its own. */
const refusedMs = 5 * 60_000;
/** An eta, an expiry and the age of a lease would be off by as much. */
const noticedMs = 10_000;

/** Checks the clock of this machine against that of SQS. */
export function checkClock(skewMs: number | undefined): Finding {
  const { ok, failure, warning, notChecked } = findingsOf('clock', 'this machine');
  if (skewMs === undefined) return notChecked('No answer of SQS had the header Date.');
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const found = `${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} SQS`;
  const remedy = {
    expected: `at most ${noticedMs / 1000} s`,
    advice: 'Synchronize the clock with NTP: times of eta, expires and leases are compared between machines.',
  };
  if (Math.abs(skewMs) > refusedMs) return failure(found, remedy);
  return Math.abs(skewMs) > noticedMs ? warning(found, remedy) : ok(found);
}
