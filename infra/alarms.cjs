// CloudWatch alarms on the queues and the functions. They go to the topic of the parameter `alarmTopic`, and to the address of
// `alarmEmail`, which confirms the subscription once; without both, CloudWatch only shows their state. A stack with one queue has three
// for its queues and five for the functions: AWS charges for alarms from the eleventh on.
const { poolsOf } = require('./pools.cjs');
const queuesOf = require('./queues.cjs');

const periodSeconds = 300; // The metrics of SQS are sent every minute, those of an idle queue every five minutes.

module.exports = async (context) => {
  const parameter = async (name) => String(await context.resolveVariable(`param:${name}`));
  const topic = await parameter('alarmTopic');
  const email = await parameter('alarmEmail');
  if (topic !== '' && !/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/.test(topic))
    throw new Error(
      `The parameter "alarmTopic" must be the ARN of a standard SNS topic, such as arn:aws:sns:us-east-1:123456789012:alarms, got "${topic}"`,
    );
  if (email !== '' && !/^[^\s@,]+@[^\s@,]+$/.test(email))
    throw new Error(`The parameter "alarmEmail" must be one e-mail address, got "${email}"`);
  const actions = [...(topic === '' ? [] : [topic]), ...(email === '' ? [] : [{ Ref: 'AlarmTopic' }])];

  const { queues } = await queuesOf(context);

  function alarm(description, metric, settings) {
    return {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmDescription: description,
        ...metric,
        Period: periodSeconds,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        // An idle function and an idle queue send no metrics.
        TreatMissingData: 'notBreaching',
        AlarmActions: actions,
        OKActions: actions,
        ...settings,
      },
    };
  }
  const ofQueue = (QueueName, MetricName) => ({
    Namespace: 'AWS/SQS',
    MetricName,
    Dimensions: [{ Name: 'QueueName', Value: QueueName }],
    Statistic: 'Maximum',
  });
  const ofFunction = (id, MetricName) => ({
    Namespace: 'AWS/Lambda',
    MetricName,
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    Statistic: 'Sum',
  });

  // A message whose function died is hidden for the visibility timeout, and one with an eta is delayed for up to 15 minutes.
  const ageOf = (visibilityTimeout) => ({ Threshold: visibilityTimeout + 900 });
  const nameOf = (id) => ({ 'Fn::GetAtt': [id, 'QueueName'] });
  const queueAlarms = queues.flatMap((queue) => [
    [
      `${queue.deadLetterId}Alarm`,
      alarm(
        `Messages are in the dead-letter queue of ${queue.name}: girder-worker dlq list shows them.`,
        ofQueue(nameOf(queue.deadLetterId), 'ApproximateNumberOfMessagesVisible'),
      ),
    ],
    [
      `${queue.id}AgeAlarm`,
      alarm(
        `A message waits in ${queue.name}: more arrive than maxConcurrency lets run, or the function fails.`,
        ofQueue(queue.nameRef, 'ApproximateAgeOfOldestMessage'),
        ageOf(queue.visibilityTimeout),
      ),
    ],
    [
      `${queue.undeliveredId}AgeAlarm`,
      alarm(
        `An undelivered message waits in ${queue.undeliveredName}: the function deadLetters fails, and its client waits.`,
        ofQueue(nameOf(queue.undeliveredId), 'ApproximateAgeOfOldestMessage'),
        ageOf(queue.undeliveredVisibilityTimeout),
      ),
    ],
  ]);
  const functionAlarms = [
    ...(await poolsOf(context)).flatMap(({ id, name }) => [
      [
        `${id}ErrorsAlarm`,
        // A task that fails is no error of the function.
        alarm(
          `An invocation of the dispatcher${name && ` of the pool ${name}`} ended without an answer.`,
          ofFunction(`${id}LambdaFunction`, 'Errors'),
        ),
      ],
      [
        `${id}ThrottlesAlarm`,
        alarm(
          `Lambda throttles the dispatcher${name && ` of the pool ${name}`}: the account has less concurrency than maxConcurrency needs.`,
          ofFunction(`${id}LambdaFunction`, 'Throttles'),
          // Lambda takes minutes to scale up, and its poller tries again: only throttles that last are a fault.
          { EvaluationPeriods: 3 },
        ),
      ],
    ]),
    [
      'DeadLettersErrorsAlarm',
      alarm(
        'The function that fails the tasks of undelivered messages ended without an answer.',
        ofFunction('DeadLettersLambdaFunction', 'Errors'),
      ),
    ],
    [
      'DeadLettersThrottlesAlarm',
      alarm(
        'Lambda throttles the function that fails the tasks of undelivered messages: their clients wait.',
        ofFunction('DeadLettersLambdaFunction', 'Throttles'),
        { EvaluationPeriods: 3 },
      ),
    ],
    [
      'ControlErrorsAlarm',
      alarm('A command of remote control was not carried out.', ofFunction('ControlLambdaFunction', 'Errors')),
    ],
  ];
  const topics =
    email === ''
      ? {}
      : {
          AlarmTopic: {
            Type: 'AWS::SNS::Topic',
            Properties: { Subscription: [{ Protocol: 'email', Endpoint: email }] },
          },
        };
  return { Resources: { ...Object.fromEntries([...queueAlarms, ...functionAlarms]), ...topics } };
};
