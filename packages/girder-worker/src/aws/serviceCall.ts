import type { ClientSettings } from '../connections/clientSettings.ts';
import { exponentialBackoff } from '../system/backoff.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { type Answer, createPost } from './post.ts';
import { credentialsProvider, resolveEndpoint, resolveRegion } from './resolveEndpoint.ts';
import { isTransient, ServiceError } from './serviceError.ts';
import { createSigner } from './sign.ts';

/** The services, by their names in the SDK's variables: their name and version in requests. */
const services = {
  DYNAMODB: { name: 'dynamodb', version: 'DynamoDB_20120810' },
  SQS: { name: 'sqs', version: 'AmazonSQS' },
} as const;

/**
 * Calls an operation of AWS's API reference, such as `GetItem`, with its input, and resolves to its output. In both, bytes
 * are base64. Rejects with a ServiceError if AWS refuses the call, or with Node's error if the connection fails; transient
 * errors are retried first, in up to 5 attempts.
 */
export type ServiceCall = <Output>(operation: string, input: object) => Promise<Output>;

const maxAttempts = 5;
/** Each delay is a random part of these (AWS's "full jitter"), so that clients do not retry in step. */
const retryDelayMs = { first: 100, max: 2000 };

/**
 * Returns the function that calls one service; it connects at the first call.
 *
 * It implements the part of the AWS JSON protocol 1.0 (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html)
 * that a task needs. The SDK's clients take four times the CPU, and would be more than half of what a cold start loads
 * (docs/performance.md).
 */
export function connectService(
  service: keyof typeof services,
  settings: ClientSettings,
  system: Pick<System, 'now' | 'sleep' | 'startTimer' | 'random'> = nodeSystem,
): ServiceCall {
  const { name, version } = services[service];
  const connect = async () => {
    const region = await resolveRegion(settings);
    const endpoint = resolveEndpoint(settings, name, region);
    return { sign: createSigner({ service: name, region, endpoint, system }), post: createPost(endpoint, system) };
  };
  const credentials = credentialsProvider(settings);
  let connection: ReturnType<typeof connect> | undefined;

  return async <Output>(operation: string, input: object): Promise<Output> => {
    connection ??= connect();
    const { sign, post } = await connection;
    const body = JSON.stringify(input);
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `${version}.${operation}`,
    };
    // Each attempt is signed anew: a signature is valid for a few minutes only.
    const attempt = async () => outputOf(await post(sign(headers, body, await credentials()), body)) as Output;
    return withRetries(attempt, system);
  };
}

async function withRetries<T>(act: () => Promise<T>, system: Pick<System, 'sleep' | 'random'>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === maxAttempts || !isTransient(error)) throw error;
      await system.sleep(system.random() * exponentialBackoff(attempt, retryDelayMs));
    }
  }
}

function outputOf({ status, text }: Answer): unknown {
  const answer = text === '' ? {} : parseObject(text);
  if (status === 200 && answer) return answer;
  const { __type: type = `HTTP status ${status}`, message, Message = message } = (answer ?? {}) as ErrorBody;
  // com.amazonaws.dynamodb.v20120810#ResourceNotFoundException
  throw new ServiceError(String(type).replace(/^.*#/, ''), String(Message ?? text.slice(0, 200)), status);
}

interface ErrorBody {
  readonly __type?: unknown;
  readonly message?: unknown;
  readonly Message?: unknown;
}

/** Returns undefined if the text is not a JSON object, such as the error page of a proxy. */
function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
