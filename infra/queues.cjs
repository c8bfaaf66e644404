// The queues of the parameter `queues`, to which Celery clients send, each with an event source mapping to the dispatcher. Messages that were
// delivered too often, or cannot be decoded, go to a queue of undelivered messages, whose mapping invokes the function `deadLetters`:
// it fails their tasks, and sends them to the dead-letter queue, which no function consumes. Neither serverless.yml nor CloudFormation
// can repeat a resource for each name in a list.
module.exports = async ({ resolveVariable }) => {
  const parameter = (name) => resolveVariable(`param:${name}`);
  const names = String(await parameter('queues'))
    .split(',')
    .map((name) => sqsQueueName(name.trim()))
    .filter((name) => name !== '');
  if (names.length === 0 || new Set(names.map(suffixOf)).size < names.length)
    throw new Error(
      `The parameter "queues" must be names of queues that differ in letters or digits, separated by commas, got "${names.join(',')}"`,
    );

  const retentionSeconds = 1209600; // 14 days, the maximum of SQS
  const settings = {
    // Lambda recommends six times the timeout of the function, so that a throttled invocation can be retried.
    VisibilityTimeout: 6 * Number(await parameter('timeoutSeconds')),
    MessageRetentionPeriod: retentionSeconds,
  };
  const maxReceiveCount = await parameter('maxReceiveCount');
  const fifoMaxReceiveCount = await parameter('fifoMaxReceiveCount');
  // After so many deliveries, an undelivered message becomes a dead letter without a stored failure. SQS may go on counting where the
  // first queue has ended, and deliveries that fail for lack of the table are at most 15 minutes apart: a day of them.
  const undeliveredReceives = (maxReceives) => Math.min(1000, Number(maxReceives) + 100);
  const deadLetterTimeout = Number(await parameter('deadLetterTimeoutSeconds'));
  const mapping = {
    batchSize: await parameter('batchSize'),
    maximumConcurrency: await parameter('maxConcurrency'),
    // Without it, one failed record would return the whole batch to the queue.
    functionResponseType: 'ReportBatchItemFailures',
  };

  const queues = names.map((name) => {
    const isFifo = name.endsWith('.fifo');
    return {
      name,
      isFifo,
      id: `TaskQueue${suffixOf(name)}`,
      undeliveredId: `UndeliveredQueue${suffixOf(name)}`,
      deadLetterId: `DeadLetterQueue${suffixOf(name)}`,
      fifo: isFifo ? { FifoQueue: true } : {},
      maxReceives: isFifo ? fifoMaxReceiveCount : maxReceiveCount,
    };
  });
  return {
    resources: {
      Resources: Object.assign(
        {},
        ...queues.map(({ name, id, undeliveredId, deadLetterId, fifo, maxReceives }) => ({
          [id]: {
            Type: 'AWS::SQS::Queue',
            Properties: {
              QueueName: name,
              ...fifo,
              ...settings,
              RedrivePolicy: { deadLetterTargetArn: arnOf(undeliveredId), maxReceiveCount: maxReceives },
            },
          },
          [undeliveredId]: {
            Type: 'AWS::SQS::Queue',
            Properties: {
              QueueName: name.replace(/(\.fifo)?$/, '-undelivered$1'),
              ...fifo,
              VisibilityTimeout: 6 * deadLetterTimeout,
              MessageRetentionPeriod: retentionSeconds,
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
            },
          },
        })),
      ),
      Outputs: Object.assign(
        {},
        ...queues.map(({ id, deadLetterId }) => ({
          [`${id}Url`]: { Value: { Ref: id } },
          [`${deadLetterId}Url`]: { Value: { Ref: deadLetterId } },
        })),
      ),
    },
    // Tasks start as soon as they arrive: a window would save invocations at the cost of latency, and FIFO queues have none.
    events: queues.map(({ id, isFifo }) => ({
      sqs: { arn: arnOf(id), ...mapping, ...(isFifo ? {} : { maximumBatchingWindow: 0 }) },
    })),
    // Dead letters are rare. Two invocations are the least that Lambda allows.
    undeliveredEvents: queues.map(({ undeliveredId }) => ({
      sqs: {
        ...{ arn: arnOf(undeliveredId), batchSize: 10, maximumConcurrency: 2 },
        functionResponseType: 'ReportBatchItemFailures',
      },
    })),
    queueArns: queues.map(({ id }) => arnOf(id)),
    undeliveredArns: queues.map(({ undeliveredId }) => arnOf(undeliveredId)),
    deadLetterArns: queues.map(({ deadLetterId }) => arnOf(deadLetterId)),
    allArns: queues.flatMap(({ id, undeliveredId, deadLetterId }) => [id, undeliveredId, deadLetterId].map(arnOf)),
  };
};

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
