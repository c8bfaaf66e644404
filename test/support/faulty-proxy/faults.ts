import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Exchange } from './exchange.ts';
import { failInPart } from './partialBatches.ts';

/** Answers a request in a faulty way. */
export type Fault = (exchange: Exchange, random: () => number) => Promise<void>;

const maxDelayMs = 1200;

export const faults = {
  /** The service refuses the request, because there are too many of them. */
  async throttle(exchange, random) {
    const codes =
      exchange.service === 'sqs'
        ? ['RequestThrottled', 'ThrottlingException']
        : ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'];
    exchange.answer(errorOf(exchange, 400, codes[Math.floor(random() * codes.length)]!));
  },
  /** The service does what is asked, and answers that it could not. */
  async errorAfterwards(exchange, random) {
    await exchange.forward();
    if (random() < 0.5) exchange.answer(errorOf(exchange, 500, 'InternalServerError'));
    else exchange.answer({ status: 503, headers: { 'content-type': 'text/html' }, body: '<html>Unavailable</html>' });
  },
  /** The service does what is asked, and its answer is lost. */
  async dropAnswer(exchange) {
    await exchange.forward();
    exchange.reset();
  },
  /** The service does what is asked, and the connection is closed in the middle of its answer. */
  async halfAnswer(exchange) {
    exchange.answerInPart(await exchange.forward());
  },
  async delay(exchange, random) {
    await sleep(random() * maxDelayMs);
    exchange.answer(await exchange.forward());
  },
  /** The request does not reach the service. */
  async reset(exchange) {
    exchange.reset();
  },
  /** The service does a part of what is asked. */
  partialBatch: failInPart,
  /** The service does nothing, and answers with a status that does not say why. */
  async unavailable(exchange) {
    exchange.answer(errorOf(exchange, 503, 'ServiceUnavailable'));
  },
} as const satisfies Readonly<Record<string, Fault>>;

function errorOf({ service }: Exchange, status: number, code: string): Answer {
  const namespace = service === 'sqs' ? 'com.amazonaws.sqs' : 'com.amazonaws.dynamodb.v20120810';
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ __type: `${namespace}#${code}`, message: `The proxy of the test says ${code}` }),
  };
}
