/** What a state means to an operator: a colour class of the style sheet. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle' | 'off';

const tones: Readonly<Record<string, Tone>> = {
  ...{ SUCCESS: 'good', FAILURE: 'bad', REJECTED: 'bad', ABANDONED: 'bad', RETRY: 'warn', RETURNED: 'warn' },
  ...{
    STARTED: 'busy',
    PROGRESS: 'busy',
    RECEIVED: 'busy',
    PENDING: 'idle',
    SCHEDULED: 'idle',
    REPLACED: 'idle',
    IGNORED: 'idle',
  },
  ...{ DUPLICATE: 'idle', REVOKED: 'off' },
};

/** A state that Celery does not know is one that a running task has set itself. */
export function toneOf(state: string): Tone {
  return tones[state] ?? 'busy';
}

const endedStates: readonly string[] = ['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'IGNORED', 'REPLACED'];

/** Whether a task in this state does not run again by itself. */
export function hasEnded(state: string): boolean {
  return endedStates.includes(state);
}
