// What Girder Worker in Python (5.0.21, and 0.10.7 for Girder 3) sends to Girder for one task, as a proxy recorded it. Both
// send the same. Where the broker matters, it is Redis: over SQS, the worker in Python never learns that a job is cancelled.
import type { ComparedCall } from './callSequence.ts';

/** The id of the job in these calls. */
export const recordedJobId = '000000000000000000000001';

function put(form: Readonly<Record<string, string>>): ComparedCall {
  return { method: 'PUT', path: `job/${recordedJobId}`, query: {}, form, status: 200 };
}

function progress(current: number, message: string, log?: string): ComparedCall {
  const fields = { progressTotal: '4', progressCurrent: String(current), progressMessage: message };
  return put({ ...fields, ...(log !== undefined && { log }) });
}

const running = put({ status: '2' });
const success = put({ status: '3' });
const failure = put({ status: '4' });
const canceled = put({ status: '5' });
const done = progress(4, 'Done');

export const pythonCalls = {
  success: [running, success],
  /** Four steps of 0.7 s. The updates of the end are forced; the last one follows the final status. */
  progress: [
    running,
    progress(0, 'Step 0', 'step 0 of 4\nstep 1 of 4'),
    progress(1, 'Step 1', '\nstep 2 of 4'),
    progress(2, 'Step 2', '\nstep 3 of 4'),
    progress(4, 'Done', '\n'),
    progress(4, 'Done', 'explicit write\n'),
    done,
    success,
    done,
  ],
  /** The log has the task's own output and the traceback. */
  failure: [running, put({ log: 'about to fail\nValueError: boom\n  File …' }), failure],
  /** The query has no `kwargs`, because those of the child are empty. */
  parent: [
    running,
    {
      method: 'POST',
      path: 'job',
      query: { title: '', type: '', handler: '', public: '', args: '', otherFields: '' },
      form: {},
      status: 200,
    },
    success,
  ],
  cancelledWhileRunning: [running, put({ log: 'cancel seen' }), put({ log: '\n' }), canceled],
  /** A task that prints nothing and ignores that it is cancelled. */
  noncooperative: [running, canceled],
} satisfies Record<string, readonly ComparedCall[]>;
