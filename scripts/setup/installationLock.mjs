import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installationLock as file } from './paths.mjs';

const heartbeatMs = 1000;
/** A holder without a heartbeat for this time has ended, even if another process has its pid now. */
const maxSilenceMs = 60_000;

/**
 * Runs `act` while this process holds the lock, so that two processes never install at the same time. `act` receives a
 * function that adds the pid of a child process: the child holds the lock, too, if it outlives this process.
 */
export async function withInstallationLock(act) {
  mkdirSync(path.dirname(file), { recursive: true });
  let hasReported = false;
  while (!take()) {
    if (!hasReported) process.stderr.write(`Waiting for the installation by process ${holders().join(' and ')}.\n`);
    hasReported = true;
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
  return silentForMs > maxSilenceMs || (pids.length > 0 && !pids.some(isAlive));
}

/** The pids of the holders; empty if the lock is free, or was taken a moment ago. */
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
    return error.code === 'EPERM'; // It belongs to another user.
  }
}
