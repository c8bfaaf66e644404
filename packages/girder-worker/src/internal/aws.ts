/** What girder-worker-dev and create-girder-worker-plugin, which are released together with this package, share with it: SNS topics, names of queues, URLs of broker and backend, and the configuration of AWS clients. */
export { clientConfig } from '../aws/clientConfig.ts';
export { parseBackendUrl } from '../connections/backendUrl.ts';
export { parseBrokerUrl } from '../connections/brokerUrl.ts';
export { type ClientSettings, clientSettings } from '../connections/clientSettings.ts';
export { ConfigurationError } from '../connections/configurationError.ts';
export { type Connections, loadConnections } from '../connections/connections.ts';
export type { FunctionInspection, InspectionEvent } from '../lambda/inspection.ts';
export { queueNameInArn, sqsQueueName } from '../transport/queueName.ts';
export { createTopic, subscribeQueue } from '../transport/sqs/snsTopic.ts';
