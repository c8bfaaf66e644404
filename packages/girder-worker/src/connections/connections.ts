import { hostname } from 'node:os';
import { parseBackendUrl } from './backendUrl.ts';
import { parseBrokerUrl } from './brokerUrl.ts';
import { type ClientSettings, clientSettings } from './clientSettings.ts';
import { ConfigurationError, ConfigurationFaults } from './configurationError.ts';
import { checkGirderApiUrls } from './girderApiUrls.ts';
import { maskPassword } from './maskPassword.ts';

/** Where broker and backend are, and the name of this node: all that the environment says about connections. */
export interface Connections {
  /**
   * The name of this worker, as Celery's `celery@host`: stored with STARTED results, used in replies of remote control,
   * and the destination of its commands.
   */
  readonly nodeName: string;
  readonly broker: BrokerConnection;
  readonly backend: BackendConnection;
}

/** The queues in SQS, and the topic of remote control in SNS. */
export interface BrokerConnection {
  /** Celery's broker URL without its password, to be printed. */
  readonly url: string;
  /** Kombu's `queue_name_prefix`; undefined for none. */
  readonly queueNamePrefix: string | undefined;
  /** If undefined, the dead-letter queue of the queue from which the message came is used. */
  readonly deadLetterQueueUrl: string | undefined;
  /** The topic of remote control; if undefined, the topic that Kombu names after its exchange is used. */
  readonly topicArn: string | undefined;
  /** Celery's names of the queues from which tasks are taken, at least one; undefined if the environment names none. */
  readonly queues: readonly string[] | undefined;
  readonly sqs: ClientSettings;
  readonly sns: ClientSettings;
}

/** The DynamoDB table of results and revocations. */
export interface BackendConnection {
  /** Celery's backend URL without its password, to be printed. */
  readonly url: string;
  readonly table: string;
  /** Celery's `global_keyprefix`; undefined for none. */
  readonly keyPrefix: string | undefined;
  /** How long results are kept; undefined for the store's default. */
  readonly ttlSeconds: number | undefined;
  readonly dynamodb: ClientSettings;
  /** Whether claims and outcomes that are due at about the same time are written in one request. */
  readonly batchWrites: boolean;
  /** Where the runs of tasks are recorded; undefined if they are not. */
  readonly history: HistoryConnection | undefined;
}

/** The DynamoDB table of the history. */
export interface HistoryConnection {
  readonly table: string;
  /** After how many days its items expire. */
  readonly days: number;
}

const defaultBroker = 'sqs://';
const defaultBackend = 'dynamodb:///celery';

/**
 * Reads every variable that concerns broker, backend and node name:
 *
 * - GIRDER_WORKER_BROKER, the broker URL (`sqs://`), and GIRDER_WORKER_BACKEND, the backend URL (`dynamodb:///celery`);
 * - GIRDER_WORKER_QUEUE_NAME_PREFIX and GIRDER_WORKER_KEY_PREFIX, prefixes of queue names and of item keys;
 * - GIRDER_WORKER_BATCH_WRITES, `off` for a request for each claim and each outcome;
 * - GIRDER_WORKER_HISTORY_TABLE, the table in which runs are recorded, and GIRDER_WORKER_HISTORY_DAYS, how long they are kept (7);
 * - GIRDER_WORKER_QUEUES, names of Celery queues, separated by commas;
 * - GIRDER_WORKER_DEAD_LETTER_QUEUE_URL and GIRDER_WORKER_TOPIC_ARN;
 * - GIRDER_WORKER_NODE_NAME, by default `girder-worker@` and the name of the Lambda function, which all its environments
 *   share, or else of this machine;
 * - the AWS SDK's variables of region, credentials and endpoints (`clientSettings`).
 *
 * Also checks GIRDER_WORKER_API_URL, which `girder/` reads, and GIRDER_WORKER_TRACES, which `tracing/` reads. Throws one ConfigurationError that lists all faults.
 */
export function loadConnections(env: NodeJS.ProcessEnv): Connections {
  const faults = new ConfigurationFaults();
  const broker = readBroker(env, faults);
  const backend = readBackend(env, faults);
  const queues = faults.collect(() => parseQueues(env.GIRDER_WORKER_QUEUES));
  faults.collect(() => checkGirderApiUrls(env.GIRDER_WORKER_API_URL));
  faults.collect(() => parseSwitch('GIRDER_WORKER_TRACES', env.GIRDER_WORKER_TRACES || undefined));
  if (!broker || !backend || !faults.isEmpty) throw faults.toError('Invalid settings');
  return {
    nodeName: env.GIRDER_WORKER_NODE_NAME || `girder-worker@${env.AWS_LAMBDA_FUNCTION_NAME || hostname()}`,
    broker: { ...broker, queues },
    backend,
  };
}

/** Reads the variables of the broker alone: a program that only sends tasks needs no backend. Throws ConfigurationError. */
export function loadBroker(env: NodeJS.ProcessEnv): BrokerConnection {
  const faults = new ConfigurationFaults();
  const broker = readBroker(env, faults);
  const queues = faults.collect(() => parseQueues(env.GIRDER_WORKER_QUEUES));
  if (!broker || !faults.isEmpty) throw faults.toError('Invalid settings');
  return { ...broker, queues };
}

/** Reads the variables of the backend alone: a program that only reads results needs no broker. Throws ConfigurationError. */
export function loadBackend(env: NodeJS.ProcessEnv): BackendConnection {
  const faults = new ConfigurationFaults();
  const backend = readBackend(env, faults);
  if (!backend) throw faults.toError('Invalid settings');
  return backend;
}

function readBroker(env: NodeJS.ProcessEnv, faults: ConfigurationFaults): Omit<BrokerConnection, 'queues'> | undefined {
  const url = env.GIRDER_WORKER_BROKER ?? defaultBroker;
  const broker = faults.collect(() => parseBrokerUrl(url));
  if (!broker) return undefined;
  const sqs = clientSettings(env, 'SQS', broker);
  return {
    url: maskPassword(url),
    queueNamePrefix: env.GIRDER_WORKER_QUEUE_NAME_PREFIX || undefined,
    deadLetterQueueUrl: env.GIRDER_WORKER_DEAD_LETTER_QUEUE_URL || undefined,
    topicArn: env.GIRDER_WORKER_TOPIC_ARN || undefined,
    sqs,
    // As in Kombu, SNS is expected at the endpoint of SQS: emulators serve both.
    sns: clientSettings(env, 'SNS', { ...broker, endpoint: sqs.endpoint }),
  };
}

function readBackend(env: NodeJS.ProcessEnv, faults: ConfigurationFaults): BackendConnection | undefined {
  const url = env.GIRDER_WORKER_BACKEND ?? defaultBackend;
  const backend = faults.collect(() => parseBackendUrl(url));
  const batchWrites = faults.collect(() => parseSwitch('GIRDER_WORKER_BATCH_WRITES', env.GIRDER_WORKER_BATCH_WRITES));
  const days = faults.collect(() => parseDays('GIRDER_WORKER_HISTORY_DAYS', env.GIRDER_WORKER_HISTORY_DAYS));
  if (!backend || batchWrites === undefined || days === undefined) return undefined;
  const historyTable = env.GIRDER_WORKER_HISTORY_TABLE || undefined;
  return {
    url: maskPassword(url),
    table: backend.table,
    keyPrefix: env.GIRDER_WORKER_KEY_PREFIX || undefined,
    ttlSeconds: backend.ttlSeconds,
    dynamodb: clientSettings(env, 'DYNAMODB', backend),
    batchWrites,
    history: historyTable === undefined ? undefined : { table: historyTable, days },
  };
}

function parseDays(name: string, text = '7'): number {
  const days = Number(text || Number.NaN);
  if (days >= 0 && days <= 3650) return days;
  throw new ConfigurationError('Invalid settings', [`${name} must be a number of days up to 3650, got "${text}"`]);
}

/** A switch that is on unless it is `off`. */
function parseSwitch(name: string, text = 'on'): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new ConfigurationError('Invalid settings', [`${name} must be on or off, got "${text}"`]);
}

function parseQueues(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 0) return names;
  throw new ConfigurationError('Invalid queues', [
    `GIRDER_WORKER_QUEUES must be names of Celery queues, separated by commas, got "${text}"`,
  ]);
}
