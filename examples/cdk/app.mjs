// The stack of girder-worker for users of the AWS CDK: queues, table, and the functions that `npm run build` has bundled.
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const app = new App();
const stack = new Stack(app, 'GirderWorker');
const retentionPeriod = Duration.days(14);
const timeout = Duration.minutes(5);
const deadLetterTimeout = Duration.minutes(1);
// Lambda recommends six times the timeout of the function.
const visibilityTimeout = (limit) => Duration.seconds(6 * limit.toSeconds());

const deadLetters = new Queue(stack, 'DeadLetters', { queueName: 'celery-dead-letters', retentionPeriod });
const undelivered = new Queue(stack, 'Undelivered', {
  queueName: 'celery-undelivered',
  retentionPeriod,
  visibilityTimeout: visibilityTimeout(deadLetterTimeout),
  deadLetterQueue: { queue: deadLetters, maxReceiveCount: 110 },
});
const tasks = new Queue(stack, 'Tasks', {
  queueName: 'celery',
  retentionPeriod,
  visibilityTimeout: visibilityTimeout(timeout),
  deadLetterQueue: { queue: undelivered, maxReceiveCount: 10 },
});

const table = new Table(stack, 'Results', {
  tableName: 'celery',
  partitionKey: { name: 'id', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  timeToLiveAttribute: 'ttl',
  removalPolicy: RemovalPolicy.DESTROY,
});

function worker(id, properties) {
  const created = new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromAsset(process.env.BUNDLE ?? '.build/dispatcher'),
    // Tasks send messages to the queue of their own function; Lambda would end this after 16 messages.
    recursiveLoop: RecursiveLoop.ALLOW,
    environment: {
      GIRDER_WORKER_BROKER: 'sqs://',
      GIRDER_WORKER_BACKEND: `dynamodb://@${stack.region}/${table.tableName}`,
    },
    ...properties,
  });
  // Claims and outcomes of several tasks are one request of PartiQL.
  table.grant(
    created,
    ...['GetItem', 'BatchGetItem', 'UpdateItem', 'PartiQLInsert', 'PartiQLUpdate'].map((name) => `dynamodb:${name}`),
  );
  for (const queue of [tasks, undelivered, deadLetters]) queue.grantSendMessages(created);
  return created;
}

const consume = (queue, maxConcurrency) =>
  new SqsEventSource(queue, { batchSize: 10, maxConcurrency, reportBatchItemFailures: true });
const dispatcher = worker('Dispatcher', { handler: 'handler.handler', memorySize: 1769, timeout });
dispatcher.addEventSource(consume(tasks, 20));
const consumer = worker('DeadLetterConsumer', {
  handler: 'deadLetters.handler',
  memorySize: 1024,
  timeout: deadLetterTimeout,
});
consumer.addEventSource(consume(undelivered, 2));

new CfnOutput(stack, 'QueueUrl', { value: tasks.queueUrl });
app.synth();
