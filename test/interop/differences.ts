/** Something that our worker stores differently from Celery's, on purpose. */
export interface AcceptedDifference {
  /** Of the stored result; `item` where only one stores any; `attribute x` of the item. */
  readonly fields: readonly string[];
  /** The sends (`sends.py`) that show it; `any` where it depends on the moment, or is in all of them. */
  readonly sends: readonly string[] | 'any';
  readonly celery: string;
  readonly ours: string;
  readonly reason: string;
}

/** All of them: the differential check fails where it finds another, and where one of these is not found any more. */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    fields: ['item'],
    sends: ['ignored_result', 'ignore'],
    celery: 'none',
    ours: 'one that says PENDING',
    reason:
      'A task without a result has run, too: its item keeps late duplicates of its message from running again. Clients see PENDING either way.',
  },
  {
    fields: ['item'],
    sends: ['chorded', 'chord_header_failed', 'chord_body_failed'],
    celery: 'none: the items of a chord are deleted when its body is sent',
    ours: 'the group and the counter of the chord, until their time to live ends',
    reason:
      'They tell that a member was counted, should its message come again. With Celery, such a duplicate ends in ChordError or a second body.',
  },
  {
    fields: ['children'],
    sends: ['retry_waiting'],
    celery: 'the task itself: its retry counts as a message that it sent',
    ours: 'none',
    reason: 'A task is no child of itself; a client that walks through the children would never come to an end.',
  },
  {
    fields: ['group_id'],
    sends: ['chord_header_failed', 'replace_group'],
    celery: 'absent',
    ours: 'the group whose results the body is given',
    reason:
      'A body that succeeds has it with Celery, too; one that never ran because a member failed, or that gathers the results of a replacement, does not.',
  },
  {
    fields: ['result'],
    sends: ['failure_unserializable'],
    celery: 'the argument as the text of `repr()`: `{1}`',
    ours: 'as the text of `String()`: `[object Set]`',
    reason: 'The text is for people; JavaScript has no `repr()`.',
  },
  {
    fields: ['result'],
    sends: ['result_unserializable'],
    celery: "EncodeError with Python's words: `TypeError('Object of type set is not JSON serializable')`",
    ours: 'EncodeError with what to do about it: `Object of type Set is not JSON serializable: send [...set].`',
    reason: 'The class is what programs look at; the text is for people, and names a type of JavaScript.',
  },
  {
    fields: ['result'],
    sends: ['retry_exhausted_without_reason'],
    celery: 'MaxRetriesExceededError with the arguments as Python writes them: `args:() kwargs:{}`',
    ours: 'as JavaScript writes them: `args:[] kwargs:{}`',
    reason: 'The text is for people.',
  },
  {
    fields: ['traceback'],
    sends: ['result_unserializable'],
    celery: "Celery's own frames",
    ours: 'null',
    reason: "No line of the task's own was at fault.",
  },
  {
    fields: ['name', 'args', 'kwargs', 'retries', 'queue'],
    sends: ['not_registered'],
    celery: 'null, with `result_extended`',
    ours: 'those of the message',
    reason: 'They are known, and tell who has sent the wrong name.',
  },
  {
    fields: ['name', 'args', 'kwargs', 'worker', 'retries', 'queue'],
    sends: ['chain_failed'],
    celery: 'with `result_extended`, what the signature of a later step says, and the worker of the step that failed',
    ours: 'absent from the steps that never ran',
    reason: 'No worker has had them, and their arguments are not complete.',
  },
  {
    fields: ['attribute ttl'],
    sends: 'any',
    celery: 'only where the URL of the backend has `ttl_seconds`',
    ours: 'always; at least as long as a message can live in its queue, and 14 days',
    reason: 'DynamoDB removes what nobody needs any more; until then the item is the memory against duplicates.',
  },
  {
    fields: ['attribute fin'],
    sends: 'any',
    celery: 'absent',
    ours: 'the final state',
    reason: 'Conditional writes ask for it: a task that has ended is not run, stored or revoked again.',
  },
  {
    fields: ['attribute att'],
    sends: 'any',
    celery: 'absent',
    ours: 'how often the task was begun without coming to an end',
    reason: 'A message that takes its worker down is given up after a while.',
  },
  {
    fields: ['attribute ep'],
    sends: 'any',
    celery: 'absent',
    ours: 'how often the task was retried',
    reason: 'A late duplicate of an earlier attempt is not run.',
  },
  {
    fields: ['attribute tsk'],
    sends: 'any',
    celery: 'absent',
    ours: 'the name of the task',
    reason: '`inspect` names the tasks that run, whatever worker runs them.',
  },
  {
    fields: ['attribute ra'],
    sends: 'any',
    celery: 'absent',
    ours: 'when the task is to be retried',
    reason: 'A retry whose message was lost is sent again.',
  },
  {
    fields: ['attribute own'],
    sends: 'any',
    celery: 'absent',
    ours: 'who runs the task, while it runs',
    reason: 'Of several deliveries of a message one runs it.',
  },
  {
    fields: ['attribute lx'],
    sends: 'any',
    celery: 'absent',
    ours: 'until when it is certainly not run by anybody else, while it runs',
    reason: 'A task whose worker was killed is run again after that.',
  },
];

/** A scenario that holds with our worker and not with Celery's own on SQS. */
export interface OnlyOurs {
  /** `module.function` of `scenarios/`. */
  readonly scenario: string;
  readonly celery: string;
}

export const onlyOurs: readonly OnlyOurs[] = [
  {
    scenario: 'serializers.pickle',
    celery: 'It discards the message and stores nothing: the sender waits until its own timeout.',
  },
  {
    scenario: 'revocation.revoke_before',
    celery: 'It does not look: the task runs, and SUCCESS overwrites REVOKED.',
  },
];
