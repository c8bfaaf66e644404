/** What girder-worker-dev and create-girder-worker-plugin, which are released together with this package, share with it: SNS topics, names of queues, and the URLs of broker and backend. */
export { parseBackendUrl } from '../connections/backendUrl.ts';
export { parseBrokerUrl } from '../connections/brokerUrl.ts';
export { sqsQueueName } from '../transport/queueName.ts';
export { createTopic, subscribeQueue } from '../transport/sqs/snsTopic.ts';
