import { isFresh, markFresh, markStale } from './freshness.mjs';
import { install } from './install.mjs';
import { withInstallationLock } from './installationLock.mjs';
import { nodeFault } from './nodeFault.mjs';

/** Installs the dependencies unless they are installed. Prints what fails, and resolves to the exit code. */
export async function setUp() {
  if (!isFresh()) {
    const fault = await withInstallationLock(installUnlessFresh);
    if (fault) return report(fault);
  }
  const fault = nodeFault();
  return fault ? report(fault) : 0;
}

/** The process that held the lock before may have installed everything already. */
async function installUnlessFresh(addHolder) {
  if (isFresh()) return undefined;
  markStale(); // Otherwise an interrupted installation could look complete.
  const fault = await install(addHolder);
  if (fault) markStale();
  else markFresh();
  return fault;
}

function report({ message, exitCode = 1 }) {
  process.stderr.write(`${message}\n`);
  return exitCode;
}
