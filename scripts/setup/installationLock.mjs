import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installationLock as file } from './paths.mjs';

const heartbeatMs = 1000;
/** A holder who has not given a sign for so long is gone, even if another process has its pid now. */
const silenceMs = 60_000;

/**
 * Does something while no other process does it: two that start at the same time do not install over each other. `act`
 * is given a function that names a process it has started, which counts as holder if it survives this one.
 */
export async function withInstallationLock(act) {
  mkdirSync(path.dirname(file), { recursive: true });
  let hasSaid = false;
  while (!take()) {
    if (!hasSaid) process.stderr.write(`Waiting for the set-up that process ${holders().join(' and ')} is doing.\n`);
    hasSaid = true;
    await delay(200);
  }
  const heartbeat = setInterval(() => utimesSync(file, new Date(), new Date()), heartbeatMs);
  try {
    return await act((pid) => writeFileSync(file, `${process.pid} ${pid}`));
  } finally {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned()) rmSync(file, { force: true });
    return false;
  }
}

function isAbandoned() {
  const silentForMs = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  const pids = holders();
  return silentForMs > silenceMs || (pids.length > 0 && !pids.some(isAlive));
}

/** None if it is free by now, or was taken just now. */
function holders() {
  try {
    return readFileSync(file, 'utf8').split(' ').map(Number).filter(Boolean);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // It is another user's.
  }
}
