/** An intended difference between the items that this worker and Celery's worker store. */
export interface AcceptedDifference {
  /** Fields of the stored result; `item` if only one worker stores an item; `attribute x` for an attribute of the item. */
  readonly fields: readonly string[];
  /** The sends (`sends.py`) that show the difference; `any` if it depends on timing, or if all sends show it. */
  readonly sends: readonly string[] | 'any';
  readonly celery: string;
  readonly ours: string;
  readonly reason: string;
}

/** All intended differences. The differential test fails if it finds another one, or if it does not find one of these. */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    fields: ['item'],
    sends: ['ignored_result', 'ignore'],
    celery: 'none',
    ours: 'an item with the state PENDING',
    reason:
      'The item records that the task has ended, so that a late duplicate of its message does not run. Clients read PENDING in both cases.',
  },
  {
    fields: ['item'],
    sends: ['chorded', 'chord_header_failed', 'chord_errback', 'chord_body_failed'],
    celery: 'none: the items of a chord are deleted when its body is sent',
    ours: 'the group item and the counter of the chord, until their time to live ends',
    reason:
      'They record which members were counted, so that a duplicate delivery of a member changes nothing. With Celery, a duplicate results in a ChordError or a second body.',
  },
  {
    fields: ['children'],
    sends: ['retry_waiting'],
    celery: 'the task itself: Celery records its retry as a message that it sent',
    ours: 'none',
    reason: 'A task is not its own child: a client that follows the children would loop without end.',
  },
  {
    fields: ['group_id'],
    sends: ['chord_header_failed', 'chord_errback', 'replace_group'],
    celery: 'absent',
    ours: 'the id of the group whose results the body receives',
    reason:
      'Celery stores it for a body that ran, but not for a body that did not run because a member failed, and not for the body that collects the results of a replacement.',
  },
  {
    fields: ['result'],
    sends: ['failure_unserializable'],
    celery: 'the argument as the text of `repr()`: `{1}`',
    ours: 'the argument as the text of `String()`: `[object Set]`',
    reason: 'JavaScript has no `repr()`. People read this text, programs do not.',
  },
  {
    fields: ['result'],
    sends: ['result_unserializable'],
    celery: "EncodeError with Python's message: `TypeError('Object of type set is not JSON serializable')`",
    ours: 'EncodeError with a message that says what to do: `Object of type Set is not JSON serializable: send [...set].`',
    reason: 'Programs check the class. People read the message, which names a JavaScript type.',
  },
  {
    fields: ['result'],
    sends: ['retry_exhausted_without_reason'],
    celery: 'MaxRetriesExceededError with the arguments as Python writes them: `args:() kwargs:{}`',
    ours: 'MaxRetriesExceededError with the arguments as JavaScript writes them: `args:[] kwargs:{}`',
    reason: 'People read this text, programs do not.',
  },
  {
    fields: ['traceback'],
    sends: ['result_unserializable'],
    celery: "the stack frames of Celery's own code",
    ours: 'null',
    reason: 'The error did not occur in the code of the task.',
  },
  {
    fields: ['name', 'args', 'kwargs', 'retries', 'queue'],
    sends: ['not_registered'],
    celery: 'null, with `result_extended`',
    ours: 'the values of the message',
    reason: 'The values are known, and help to find the sender of the wrong name.',
  },
  {
    fields: ['name', 'args', 'kwargs', 'worker', 'retries', 'queue'],
    sends: ['chain_failed'],
    celery: 'with `result_extended`, the values in the signature of the later step, and the worker of the failed step',
    ours: 'absent from the steps that did not run',
    reason: 'No worker received these steps, and their arguments are incomplete.',
  },
  {
    fields: ['attribute ttl'],
    sends: 'any',
    celery: 'only if the backend URL has `ttl_seconds`',
    ours: 'always: 28 days after the last write, or `ttl_seconds` if that is longer; 366 days more for a task that was revoked before it ran',
    reason:
      'While the item exists, a duplicate of its message does not run. SQS keeps a message for at most 14 days; the item exists for 14 days longer. Then DynamoDB deletes it.',
  },
  {
    fields: ['attribute fin'],
    sends: 'any',
    celery: 'absent',
    ours: 'the final state, or IGNORED or FORGOTTEN',
    reason: 'Conditional writes check it: a task that has ended does not run, is not stored and is not revoked again.',
  },
  {
    fields: ['attribute att'],
    sends: 'any',
    celery: 'absent',
    ours: 'the number of claims since the last retry or release',
    reason:
      'A task that kills its worker each time fails with WorkerLostError after 5 claims (`GIRDER_WORKER_MAX_DELIVERIES`).',
  },
  {
    fields: ['attribute dg'],
    sends: 'any',
    celery: 'absent',
    ours: 'a digest of the name of the task, its group and what follows it; `-` if nothing follows',
    reason:
      'What follows a successful task is published again only for a delivery of the message that was claimed: the message of another sender may have its id.',
  },
  {
    fields: ['attribute kr'],
    sends: 'any',
    celery: 'absent',
    ours: 'the result that a client of `girder-worker` has forgotten, if something follows the task',
    reason:
      'What follows is still sent if the worker died before, and the body of a chord gets the results of all members. DynamoDB deletes it with the item.',
  },
  {
    fields: ['attribute ep'],
    sends: 'any',
    celery: 'absent',
    ours: 'the lowest epoch of a message that can claim the task; the epoch of a message is `replaced_task_nesting` × 1,000,000 + `retries`',
    reason: 'A late duplicate of a message from before a retry or a replacement does not run.',
  },
  {
    fields: ['attribute tsk'],
    sends: 'any',
    celery: 'absent',
    ours: 'the name of the task',
    reason: '`inspect` names the running tasks of every worker.',
  },
  {
    fields: ['attribute req'],
    sends: 'any',
    celery: 'absent',
    ours: 'worker, start and request of the task, while it runs or waits for its retry',
    reason: '`inspect` shows them from the table: Celery asks each worker for the tasks in its memory.',
  },
  {
    fields: ['attribute ra'],
    sends: 'any',
    celery: 'absent',
    ours: 'the time at which a retry is due, in Unix milliseconds',
    reason: 'If the worker dies before it has sent the message of the retry, the next delivery sends it.',
  },
  {
    fields: ['attribute own'],
    sends: 'any',
    celery: 'absent',
    ours: 'the owner of the claim, while the task runs',
    reason: 'Of several deliveries of a message only the owner of the claim runs the task.',
  },
  {
    fields: ['attribute lx'],
    sends: 'any',
    celery: 'absent',
    ours: 'the end of the claim in Unix milliseconds, while the task runs',
    reason: 'After this time another delivery can claim the task, because the worker of the first one was killed.',
  },
];

/** A difference of behaviour that is intended. */
export interface ByDesign {
  readonly what: string;
  readonly celery: string;
  readonly ours: string;
  readonly instead: string;
  /** The scenario or the test that shows it. */
  readonly shownBy: string;
}

export const byDesign: readonly ByDesign[] = [
  {
    what: 'A task id is sent again: `apply_async(task_id=…)` twice, or a signature, group or chord that was frozen (`freeze()`) is applied twice',
    celery: 'The tasks run again, and a new result replaces the stored one.',
    ours: 'The tasks run once. The second message finds the claim or the result of the first, and is acknowledged. That holds also after `forget()` and after a revocation.',
    instead:
      'Send without `task_id`, or a new signature. To run a task again after a failure, retry it. A message that SQS delivers twice cannot be told from one that is sent twice.',
    shownBy: 'canvas.applied_twice',
  },
  {
    what: 'A chord whose header contains a chord that fails, with `link_error` on the outer chord',
    celery:
      'The errback is called once, with the id of the body of the inner chord. The outer chord does not end: its body stays PENDING.',
    ours: 'The outer chord fails, too. The errback is called once, with the id of the body of the outer chord.',
    instead: 'Nothing is needed.',
    shownBy: 'chords.nested_header_fails_errback',
  },
];

/** A scenario that succeeds with this worker and fails with Celery's worker on SQS. */
export interface OnlyOurs {
  /** `module.function` of `scenarios/`. */
  readonly scenario: string;
  readonly celery: string;
}

export const onlyOurs: readonly OnlyOurs[] = [
  {
    scenario: 'serializers.pickle',
    celery: 'It discards the message and stores no result. The client waits until its own timeout.',
  },
  {
    scenario: 'revocation.revoke_before',
    celery: 'It does not read the item before it runs the task. The task runs, and SUCCESS overwrites REVOKED.',
  },
];
