// The queues of the parameter `queues`, to which Celery clients send. Each has a dead-letter queue, for messages that cannot be
// decoded or were delivered too often, and an event source mapping to the dispatcher. Neither serverless.yml nor CloudFormation can
// repeat a resource for each name in a list.
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
      deadLetterId: `DeadLetterQueue${suffixOf(name)}`,
      fifo: isFifo ? { FifoQueue: true } : {},
      maxReceives: isFifo ? fifoMaxReceiveCount : maxReceiveCount,
    };
  });
  return {
    resources: {
      Resources: Object.assign(
        {},
        ...queues.map(({ name, id, deadLetterId, fifo, maxReceives }) => ({
          [id]: {
            Type: 'AWS::SQS::Queue',
            Properties: {
              QueueName: name,
              ...fifo,
              ...settings,
              RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetterId), maxReceiveCount: maxReceives },
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
    queueArns: queues.map(({ id }) => arnOf(id)),
    deadLetterArns: queues.map(({ deadLetterId }) => arnOf(deadLetterId)),
    allArns: queues.flatMap(({ id, deadLetterId }) => [arnOf(id), arnOf(deadLetterId)]),
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
