import type { Attributes } from '@opentelemetry/api';
import type { RunInfo } from '../events/taskEvents.ts';
import { pythonRepr } from '../kombu/repr/pythonRepr.ts';
import { deliveryInfoOf } from '../message/deliveryInfo.ts';
import type { Message } from '../message/message.ts';

/** The function in which runs take place, as the environment of Lambda describes it. */
export interface FunctionAttributes {
  readonly 'faas.name': string;
  readonly 'faas.version'?: string;
  readonly 'faas.trigger': 'pubsub';
}

/** The attributes of the function; undefined outside of Lambda. */
export function functionAttributes(env: Readonly<NodeJS.ProcessEnv>): FunctionAttributes | undefined {
  const { AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_FUNCTION_VERSION: version } = env;
  if (!name) return undefined;
  return { 'faas.name': name, ...(version && { 'faas.version': version }), 'faas.trigger': 'pubsub' };
}

/** The attributes of the span of a run that are known at its start: those of Python's instrumentation, and those of messaging. */
export function runAttributes({ message, delivery, logFields }: RunInfo): Attributes {
  return {
    ...celeryAttributes(message, delivery.receiveCount > 1),
    'messaging.system': 'aws_sqs',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    ...(logFields.queue !== undefined && { 'messaging.destination.name': String(logFields.queue) }),
    'messaging.message.conversation_id': message.correlationId,
    'messaging.message.body.size': delivery.sizeBytes,
    'aws.sqs.receive_count': delivery.receiveCount,
  };
}

/** As Python's `set_attributes_from_context`, which leaves out what is empty. */
function celeryAttributes(message: Message, redelivered: boolean): Attributes {
  return {
    'celery.action': 'run',
    'celery.task_name': message.task,
    'messaging.message.id': message.id,
    'messaging.conversation_id': message.correlationId,
    'messaging.destination': message.deliveryInfo.routingKey,
    'celery.delivery_info': pythonRepr(deliveryInfoOf(message, redelivered)),
    ...(message.eta && { 'celery.eta': message.eta }),
    ...(message.expires && { 'celery.expires': message.expires }),
    ...(message.replyTo && { 'celery.reply_to': message.replyTo }),
    ...(message.retries > 0 && { 'celery.retries': message.retries }),
    ...timeLimitAttribute(message),
    ...(message.origin && { 'celery.hostname': message.origin }),
  };
}

/** A list of numbers, or of texts if one of the limits is missing: the elements of an attribute have one type. */
function timeLimitAttribute({ timelimit: { hardSeconds, softSeconds } }: Message): Attributes {
  if (hardSeconds === null && softSeconds === null) return {};
  if (hardSeconds !== null && softSeconds !== null) return { 'celery.timelimit': [hardSeconds, softSeconds] };
  return { 'celery.timelimit': [hardSeconds, softSeconds].map((limit) => (limit === null ? '' : String(limit))) };
}
