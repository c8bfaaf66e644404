/** Tests of the suite that fail here for one reason. Their names are node ids of pytest without the folder of the suite. */
export interface ExcludedTests {
  /**
   * `suite`: the suite itself skips the tests, or expects them to fail. `setup`: they need something that no worker has if it
   * runs in a process of its own, on SQS and with DynamoDB. `difference`: this worker differs from Celery's on purpose.
   */
  readonly kind: 'suite' | 'setup' | 'difference';
  /** One sentence. */
  readonly reason: string;
  readonly tests: readonly string[];
}

const canvas = (...names: readonly string[]) => names.map((name) => `test_canvas.py::${name}`);
const tasks = (...names: readonly string[]) => names.map((name) => `test_tasks.py::${name}`);
const inspect = (...names: readonly string[]) => names.map((name) => `test_inspect.py::test_Inspect::${name}`);

/** The tests that do not apply. The test fails if one of them passes. */
export const excludedTests: readonly ExcludedTests[] = [
  {
    kind: 'suite',
    reason: "The suite skips them: Celery's authors note that they are broken or fail at random.",
    tests: tasks(
      'test_tasks::test_multiprocess_producer',
      'test_tasks::test_multithread_producer',
      'test_tasks::test_task_accepted',
    ),
  },
  {
    kind: 'suite',
    reason: 'The suite expects it to fail. It reads the subscriptions of the Redis result backend.',
    tests: canvas('test_chord::test_redis_subscribed_channels_leak'),
  },
  {
    kind: 'setup',
    reason: 'They read the subscriptions of the Redis result backend.',
    tests: tasks(
      'test_task_redis_result_backend::test_ignoring_result_no_subscriptions',
      'test_task_redis_result_backend::test_asyncresult_forget_cancels_subscription',
      'test_task_redis_result_backend::test_asyncresult_get_cancels_subscription',
    ),
  },
  {
    kind: 'setup',
    reason: 'It reads the keys in which the Redis result backend stores the results of a chord.',
    tests: canvas('test_chord::test_chord_on_error'),
  },
  {
    kind: 'setup',
    reason: 'They read the set of successful tasks in the memory of a worker in the process of the test.',
    tests: tasks(
      'test_tasks::test_send_task_without_ignore_result_uses_task_ignore_result',
      'test_tasks::test_send_task_without_ignore_result_stores_result',
      'test_task_redis_result_backend::test_retry_preserves_ignore_result_false',
      'test_task_redis_result_backend::test_retry_preserves_ignore_result_true',
    ),
  },
  {
    kind: 'setup',
    reason: 'They read the log records of a worker in the process of the test.',
    tests: tasks('test_trace_log_arguments::test_task_success', 'test_trace_log_arguments::test_task_failed'),
  },
  {
    kind: 'setup',
    reason: 'They wait for the signal `task_received` of a worker in the process of the test.',
    tests: [
      ...tasks(
        'test_task_replacement::test_replaced_task_nesting_level_0',
        'test_task_replacement::test_replaced_task_nesting_level_1',
        'test_task_replacement::test_replaced_task_nesting_chain',
        'test_signal_bound_method_receivers::test_each_instance_receives',
        'test_signal_bound_method_receivers::test_disconnect_leaves_other_instance_connected',
        'test_signal_bound_method_receivers::test_other_instance_receives_after_garbage_collection',
      ),
      ...canvas(
        'test_stamping_mechanism::test_task_received_has_access_to_stamps',
        'test_stamping_mechanism::test_linking_stamped_sig',
        'test_stamping_mechanism::test_err_linking_stamped_sig',
      ),
    ],
  },
  {
    kind: 'setup',
    reason: 'It compares the pid of the worker with that of the test.',
    tests: inspect('test_stats'),
  },
  {
    kind: 'setup',
    reason: 'It reads the set of revoked tasks in the memory of a worker in the process of the test.',
    tests: inspect('test_hello_stamps_received_revoked_ids_locally'),
  },
  {
    kind: 'setup',
    reason: "Celery's client cannot add tasks to a chord whose results are in DynamoDB.",
    tests: canvas('test_chord::test_add_to_chord', 'test_chord::test_add_chord_to_chord'),
  },
  {
    kind: 'setup',
    reason: "With DynamoDB, Celery's client stores the ids of all members of a chord before it sends the first one.",
    tests: canvas(...[3, 4, 5, 6, 7, 8, 9].map((size) => `test_chord::test_generator[${size}]`)),
  },
  {
    kind: 'setup',
    reason: 'They send commands to `celery beat`, which does not answer on SQS.',
    tests: [
      'test_beat.py::test_beat_remote_control::test_a_ticking_beat_keeps_answering',
      'test_beat.py::test_beat_remote_control::test_a_wedged_scheduler_falls_silent',
    ],
  },
  {
    kind: 'difference',
    reason: 'A chord that is sent twice with the same ids runs once: the second messages count as duplicates.',
    tests: canvas('test_chord::test_reapplying_frozen_chord_dispatches_body_again'),
  },
  {
    kind: 'difference',
    reason: 'A task whose message is published twice runs once, so that the chord after it is sent once.',
    tests: canvas('test_chain::test_chord_header_id_duplicated_on_rabbitmq_msg_duplication[redis-group-ids]'),
  },
  {
    kind: 'difference',
    reason: 'A revocation by stamps lasts for 28 days, so that the next task with the same stamps is revoked as well.',
    tests: tasks('test_tasks::test_revoked_by_headers_simple_canvas'),
  },
  {
    kind: 'difference',
    reason: '`this.request` does not contain AMQP properties such as `app_id`, which no task here has needed.',
    tests: tasks('test_tasks::test_properties'),
  },
  {
    kind: 'difference',
    reason:
      '`inspect scheduled` does not list tasks that wait for their eta: they are in the queue, and SQS only counts them.',
    tests: inspect('test_scheduled'),
  },
  {
    kind: 'difference',
    reason: '`inspect report` names girder-worker and Node.js instead of Celery and Python.',
    tests: inspect('test_report'),
  },
  {
    kind: 'difference',
    reason: '`inspect conf` has the settings that exist here, and not those of a worker in Python.',
    tests: inspect('test_conf'),
  },
  {
    kind: 'difference',
    reason: '`inspect clock` answers with an error: events, which the logical clock orders, do not exist here.',
    tests: inspect('test_clock'),
  },
];

/** The tests that will pass after a change that is planned. The test fails if one of them passes. */
export const notYet: readonly ExcludedTests[] = [];

/** The tests that pass without sending a task or a command: they test Celery's client alone. */
export const sendNothing: readonly string[] = [
  ...canvas(
    'test_link_error::test_link_error_eager',
    'test_link_error::test_link_error',
    'test_link_error::test_link_error_callback_error_callback_retries_eager',
    'test_link_error::test_link_error_using_signature_eager',
    'test_chain::test_eager_chain_inside_task',
    'test_chain::test_freezing_chain_sets_id_of_last_task',
    'test_result_set::test_join_native_timeout_zero_gives_up_on_pending_results',
    'test_group::test_empty_group_result',
    'test_chord::test_eager_chord_inside_task',
    'test_stamping_mechanism::test_stamp_canvas_with_dictionary_link',
  ),
  ...inspect('test_report_with_multiserver_result_backend'),
  ...tasks(
    'test_tasks::test_simple_call',
    'test_tasks::test_soft_time_limit_exceeding_time_limit',
    'test_apply_tasks::test_apply_single_task_ids',
    'test_apply_tasks::test_apply_nested_parent_child_relationship',
  ),
];

/** The files of the suite that do not run. */
export const excludedFiles: readonly { readonly files: readonly string[]; readonly reason: string }[] = [
  {
    files: ['test_backend.py', 'test_cache_backend.py', 'test_database_backend.py', 'test_redis_backend.py'],
    reason: 'They test result backends in Azure, memcached, SQL and Redis.',
  },
  {
    files: ['test_backend_leak_in_fixture_teardown.py', 'test_connection_recovery.py', 'test_request_backend_down.py'],
    reason: 'They test connections of a Celery worker in Python to its broker and result backend.',
  },
  {
    files: ['test_worker.py', 'test_serialization.py', 'test_mem_leak_in_exception_handling.py'],
    reason: 'They start Celery workers in Python; the one test of `test_worker.py` that does not runs.',
  },
  {
    files: ['test_events_state_memory_leak.py', 'test_loader.py', 'test_logfile_format.py', 'test_upgrade.py'],
    reason: 'They test event monitors and command line tools of Celery, and send nothing to a worker.',
  },
  {
    files: ['test_security.py'],
    reason: 'It tests messages that are signed with a certificate, a serializer in Python.',
  },
];
