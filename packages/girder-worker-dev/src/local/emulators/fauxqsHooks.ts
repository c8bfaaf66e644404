import type { buildApp } from 'fauxqs';

type Fauxqs = ReturnType<typeof buildApp>;

/** Replaces the host of queue URLs by 127.0.0.1: fauxqs returns `sqs.<region>.localhost`, which many resolvers do not know. */
export function useReachableQueueUrls(app: Fauxqs): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const answersQueueUrls = /^AmazonSQS\.(CreateQueue|GetQueueUrl|ListQueues)$/.test(target(request));
    if (!answersQueueUrls || typeof payload !== 'string') return payload;
    return payload.replaceAll(/http:\/\/sqs\.[a-z0-9-]+\.localhost(?=[:/])/g, 'http://127.0.0.1');
  });
}

/**
 * Makes messages visible again that were sent to a receiver which disconnected during its long poll. fauxqs does not notice
 * this: after a worker was killed, the next message would stay hidden for its whole visibility timeout.
 */
export function returnUndelivered(app: Fauxqs): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const isLost = request.raw.socket.destroyed && target(request) === 'AmazonSQS.ReceiveMessage';
    if (!isLost || typeof payload !== 'string') return payload;
    const { Messages: messages = [] } = JSON.parse(payload) as { Messages?: { ReceiptHandle: string }[] };
    const { QueueUrl } = request.body as { QueueUrl: string };
    const Entries = messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    if (Entries.length > 0) await callSqs(app, 'ChangeMessageVisibilityBatch', { QueueUrl, Entries });
    return payload;
  });
}

async function callSqs(app: Fauxqs, action: string, body: object): Promise<void> {
  const response = await app.inject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    payload: JSON.stringify(body),
  });
  if (response.statusCode !== 200)
    throw new Error(`${action} of the SQS emulator failed with status ${response.statusCode}: ${response.body}`);
}

function target(request: { headers: NodeJS.Dict<string | string[]> }): string {
  return String(request.headers['x-amz-target'] ?? '');
}
