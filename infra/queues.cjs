// The queues of the parameters `queues` and `pools`, to which Celery clients send, each with an event source mapping to its dispatcher. Messages that were
// delivered too often, or cannot be decoded, go to a queue of undelivered messages, whose mapping invokes the function `deadLetters`:
// it fails their tasks, and sends them to the dead-letter queue, which no function consumes. Neither serverless.yml nor CloudFormation
// can repeat a resource for each name in a list.
const { poolsOf } = require('./pools.cjs');

module.exports = async (context) => {
  const parameter = (name) => context.resolveVariable(`param:${name}`);
  const pools = await poolsOf(context);
  const placed = pools.flatMap((pool) =>
    pool.queues
      .split(',')
      .map((name) => ({ pool, name: sqsQueueName(name.trim()) }))
      .filter(({ name }) => name !== ''),
  );
  const names = placed.map(({ name }) => name);
  if (names.length === 0 || new Set(names.map(suffixOf)).size < names.length)
    throw new Error(
      `The parameter "queues" must be names of queues that differ in letters or digits, separated by commas, also from those of "pools", got "${names.join(',')}"`,
    );

  const retentionSeconds = 1209600; // 14 days, the maximum of SQS
  const undeliveredVisibilityTimeout = 6 * Number(await parameter('deadLetterTimeoutSeconds'));
  const maxReceiveCount = Number(await parameter('maxReceiveCount'));
  const fifoMaxReceiveCount = Number(await parameter('fifoMaxReceiveCount'));
  // After so many deliveries, an undelivered message becomes a dead letter without a stored failure. SQS may go on counting where the
  // first queue has ended, and deliveries that fail for lack of the table are at most 15 minutes apart: a day of them.
  const undeliveredReceives = (maxReceives) => Math.min(1000, maxReceives + 100);
  const existing = String(await parameter('existingQueues')) === 'true';

  const key = String(await parameter('kmsKey'));
  const encryption = key === '' ? {} : { KmsMasterKeyId: key };

  const queues = placed.map(({ pool, name }) => {
    const isFifo = name.endsWith('.fifo');
    const id = `TaskQueue${suffixOf(name)}`;
    return {
      name,
      isFifo,
      id,
      // Of a queue that another stack, or a Celery client, has created, only the name is known here.
      arn: existing ? sub(`arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${name}`) : arnOf(id),
      nameRef: existing ? name : { 'Fn::GetAtt': [id, 'QueueName'] },
      url: existing ? sub(`https://sqs.\${AWS::Region}.\${AWS::URLSuffix}/\${AWS::AccountId}/${name}`) : { Ref: id },
      pool,
      // Lambda recommends six times the timeout of the function, so that a throttled invocation can be retried.
      visibilityTimeout: 6 * pool.timeoutSeconds,
      undeliveredId: `UndeliveredQueue${suffixOf(name)}`,
      undeliveredName: name.replace(/(\.fifo)?$/, '-undelivered$1'),
      undeliveredVisibilityTimeout,
      deadLetterId: `DeadLetterQueue${suffixOf(name)}`,
      fifo: isFifo ? { FifoQueue: true } : {},
      maxReceives: isFifo ? fifoMaxReceiveCount : maxReceiveCount,
    };
  });

  const taskQueueOf = ({ name, id, visibilityTimeout, undeliveredId, fifo, maxReceives }) => ({
    [id]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: name,
        ...fifo,
        VisibilityTimeout: visibilityTimeout,
        MessageRetentionPeriod: retentionSeconds,
        ...encryption,
        RedrivePolicy: { deadLetterTargetArn: arnOf(undeliveredId), maxReceiveCount: maxReceives },
      },
    },
  });
  const deadLetterQueuesOf = ({ name, undeliveredId, undeliveredName, deadLetterId, fifo, maxReceives }) => ({
    [undeliveredId]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: undeliveredName,
        ...fifo,
        VisibilityTimeout: undeliveredVisibilityTimeout,
        MessageRetentionPeriod: retentionSeconds,
        ...encryption,
        RedrivePolicy: {
          deadLetterTargetArn: arnOf(deadLetterId),
          maxReceiveCount: undeliveredReceives(maxReceives),
        },
      },
    },
    [deadLetterId]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: name.replace(/(\.fifo)?$/, '-dead-letters$1'),
        ...fifo,
        MessageRetentionPeriod: retentionSeconds,
        ...encryption,
      },
    },
  });
  // Not events of the functions: osls knows no provisioned pollers, and takes the names of these resources from the ARNs of the queues.
  const mappingsOf = ({ id, arn, isFifo, pool, undeliveredId }) => ({
    [`${pool.id}EventSourceMappingSQS${id}`]: mappingTo(pool.id, 'Dispatcher', arn, key, {
      BatchSize: pool.batchSize,
      // Tasks start as soon as they arrive: a window would save invocations at the cost of latency, and FIFO queues have none.
      ...(isFifo ? {} : { MaximumBatchingWindowInSeconds: 0 }),
      ...scalingOf(pool, isFifo),
    }),
    [`DeadLettersEventSourceMappingSQS${undeliveredId}`]: mappingTo(
      'DeadLetters',
      'DeadLetters',
      arnOf(undeliveredId),
      key,
      {
        BatchSize: 10,
        // Dead letters are rare. Two invocations are the least that Lambda allows.
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    ),
  });

  return {
    queues,
    resources: {
      Resources: Object.assign(
        {},
        ...queues.map((queue) => ({
          ...(existing ? {} : taskQueueOf(queue)),
          ...deadLetterQueuesOf(queue),
          ...mappingsOf(queue),
        })),
      ),
      Outputs: Object.assign(
        {},
        ...queues.map(({ id, url, deadLetterId }) => ({
          [`${id}Url`]: { Value: url },
          [`${deadLetterId}Url`]: { Value: { Ref: deadLetterId } },
        })),
      ),
    },
    queueArns: queues.map(({ arn }) => arn),
    undeliveredArns: queues.map(({ undeliveredId }) => arnOf(undeliveredId)),
    deadLetterArns: queues.map(({ deadLetterId }) => arnOf(deadLetterId)),
    allArns: queues.flatMap(({ arn, undeliveredId, deadLetterId }) => [
      arn,
      ...[undeliveredId, deadLetterId].map(arnOf),
    ]),
  };
};

/**
 * How many invocations a mapping starts. Lambda accepts either a maximum, or pollers that are provisioned, each of which starts up to ten.
 * The order of message groups limits FIFO queues, and not their pollers.
 */
function scalingOf({ preset, maxConcurrency }, isFifo) {
  if (preset !== 'burst' || isFifo) return { ScalingConfig: { MaximumConcurrency: maxConcurrency } };
  const MaximumPollers = Math.max(2, Math.ceil(maxConcurrency / 10));
  return { ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers } };
}

/** An event source mapping. `name` and `role` are those of the function and of its role in the names of their resources. */
function mappingTo(name, role, arn, key, settings) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    // Lambda checks whether the role may receive from the queue, and messages of an encrypted queue need the rights on its key.
    DependsOn: [`${role}Role`, ...(key === '' ? [] : [`${role}KeyPolicy`])],
    Properties: {
      EventSourceArn: arn,
      FunctionName: arnOf(`${name}LambdaFunction`),
      Enabled: true,
      // Without it, one failed record would return the whole batch to the queue.
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...settings,
    },
  };
}

function sub(text) {
  return { 'Fn::Sub': text };
}

function arnOf(id) {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}

// The name of a Celery queue in SQS, as Kombu forms it: `my.tasks` is my-tasks.
function sqsQueueName(celeryQueue) {
  const [stem, suffix] = celeryQueue.endsWith('.fifo') ? [celeryQueue.slice(0, -5), '.fifo'] : [celeryQueue, ''];
  return stem.replaceAll('.', '-').replace(/[!-,/:-@[-^`{-~]/g, '_') + suffix;
}

// Ends the logical names of a queue's resources, which consist of letters and digits. It depends on the name alone, so that queues can
// be added and removed in any order.
function suffixOf(name) {
  if (name === 'celery') return '';
  const words = name.replace(/[^a-z0-9]+/gi, (other) =>
    other === '-' ? ' ' : ` ${Buffer.from(other).toString('hex')} `,
  );
  return words.replace(/(?:^| +)(\w?)/g, (_, first) => first.toUpperCase());
}
