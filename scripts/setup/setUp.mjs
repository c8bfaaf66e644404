import { isFresh, markFresh, markStale } from './freshness.mjs';
import { install } from './install.mjs';
import { withInstallationLock } from './installationLock.mjs';
import { nodeFault } from './nodeFault.mjs';

/** Installs the dependencies unless they are there, and resolves to the exit code, having said what is wrong. */
export async function setUp() {
  if (!isFresh()) {
    const fault = await withInstallationLock(installUnlessFresh);
    if (fault) return complain(fault);
  }
  const fault = nodeFault();
  return fault ? complain(fault) : 0;
}

/** Whoever had the lock before may have done it all. */
async function installUnlessFresh(alsoHeldBy) {
  if (isFresh()) return undefined;
  markStale(); // An installation that is cut short is not to look like one that ended.
  const fault = await install(alsoHeldBy);
  if (fault) markStale();
  else markFresh();
  return fault;
}

function complain({ message, exitCode = 1 }) {
  process.stderr.write(`${message}\n`);
  return exitCode;
}
