import { setTimeout as delay } from 'node:timers/promises';
import type { ClientSettings } from '../connections/clientSettings.ts';
import { type Answer, createPost } from './post.ts';
import { credentialsOf, endpointOf, regionOf } from './resolveEndpoint.ts';
import { isTransient, ServiceError } from './serviceError.ts';
import { createSigner } from './sign.ts';

/** The services that speak AWS JSON, by what the SDK's variables call them, and what they call themselves in requests. */
const services = {
  DYNAMODB: { name: 'dynamodb', version: 'DynamoDB_20120810' },
  SQS: { name: 'sqs', version: 'AmazonSQS' },
} as const;

/**
 * Calls an operation, as AWS's API reference names it, with its input, and gives its output; bytes are base64 in both.
 * Rejects with ServiceError, or with Node's error where there is no connection; both only after some attempts.
 */
export type ServiceCall = <Output>(operation: string, input: object) => Promise<Output>;

const attempts = 5;
const firstPauseMs = 50;
const longestPauseMs = 2000;

/**
 * Connects to a service when it is first called.
 *
 * This is what a short task needs of AWS, in the AWS JSON protocol 1.0 (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html);
 * the SDK's clients take four times the CPU for it, and would be more than half of what a cold start loads (docs/performance.md).
 */
export function connectService(service: keyof typeof services, settings: ClientSettings): ServiceCall {
  const { name, version } = services[service];
  const connect = async () => {
    const region = await regionOf(settings);
    const endpoint = endpointOf(settings, name, region);
    return { sign: createSigner({ service: name, region, endpoint }), post: createPost(endpoint) };
  };
  const credentials = credentialsOf(settings);
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
    const attempt = async () => outputOf(await post(sign(headers, body, await credentials()), body)) as Output;
    return withRetries(attempt);
  };
}

/** Tries again, after pauses of random length that grow, what may work out. */
async function withRetries<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === attempts || !isTransient(error)) throw error;
      await delay(Math.random() * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs));
    }
  }
}

function outputOf({ status, text }: Answer): unknown {
  const answer = text === '' ? {} : parsed(text);
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

/** Undefined for what is no JSON object, as a proxy's page. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
