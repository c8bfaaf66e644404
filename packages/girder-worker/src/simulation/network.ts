import { exponentialBackoff } from '../system/backoff.ts';
import { isTransientError } from '../system/transientError.ts';
import type { FaultSource } from './faultSource.ts';
import type { Outages, Service } from './outages.ts';
import type { Process } from './process.ts';
import { failure } from './simulatedTable.ts';

export interface NetworkOptions {
  readonly faults: FaultSource;
  readonly outages: Outages;
}

/** Attempts of the AWS SDK, its delays, and the time after which it gives an attempt up. */
const maxAttempts = 5;
const retryDelayMs = { first: 100, max: 2000 };
const timeoutMs = 5000;

const maxLatencyMs = 20;
const blipMs = { least: 1000, most: 60_000 };

/** The connections that a function has at most when it is frozen for long. */
const maxDeadConnections = 5;

/**
 * Makes a request of a process to a service, as a client of the AWS SDK does. `apply` makes the change, and returns the answer. Rejects with
 * the error of the last attempt.
 */
export type Request = <Answer>(service: Service, apply: () => Answer | Promise<Answer>) => Promise<Answer>;

/** Returns the function by which a process makes requests. */
export function createNetwork(process: Process, { faults, outages }: NetworkOptions): Request {
  const { system, name, connection } = process;
  const isCut = () => system.now() < connection.cutUntilMs || outages.isAway('network');
  const latency = () => system.sleep(1 + system.random() * maxLatencyMs);

  return async (service, apply) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(service, apply);
      } catch (error) {
        if (isTransientError(error) && attempt === maxAttempts) connection.lastGivenUpMs = system.now();
        if (!isTransientError(error) || attempt === maxAttempts) throw error;
        if (attempt > 1) connection.lastFailedMs = system.now();
        await system.sleep(system.random() * exponentialBackoff(attempt, retryDelayMs));
      }
    }
  };

  /** One attempt of a request. */
  async function once<Answer>(service: Service, apply: () => Answer | Promise<Answer>): Promise<Answer> {
    await latency();
    const blip = faults.draw('blip', name);
    if (blip) connection.cutUntilMs = system.now() + blip.between(blipMs.least, blipMs.most);
    const death = faults.draw('death', name);
    const isBefore = death && death.between(0, 1) < 0.5;
    if (isBefore) return dieNow();
    await reach(service);
    if (faults.draw('error', name)) throw noAnswer();
    const answer = await apply();
    await latency();
    if (death) return dieNow();
    if (faults.draw('lostAnswer', name)) throw noAnswer();
    if (isCut()) await timeout();
    return answer;
  }

  /** Rejects if the service cannot be reached. */
  async function reach(service: Service): Promise<void> {
    if (connection.dead > 0) {
      connection.dead -= 1;
      await timeout();
    }
    if (isCut()) await timeout();
    if (outages.isAway(service)) throw failure('ServiceUnavailable', `The ${service} is away.`, 503);
  }

  async function timeout(): Promise<never> {
    await system.sleep(timeoutMs);
    throw Object.assign(new Error('No answer within 5 s.'), { name: 'TimeoutError' });
  }

  function dieNow(): Promise<never> {
    process.die();
    return new Promise(() => undefined);
  }
}

/** Lambda has frozen a function for so long that its connections were closed. */
export function loseConnections({ connection, name }: Process, faults: FaultSource): void {
  const fault = faults.draw('halfOpen', name);
  if (fault) connection.dead = Math.ceil(fault.between(0, maxDeadConnections));
}

function noAnswer(): Error {
  return failure('InternalServerError', 'The service does not answer.', 500);
}
