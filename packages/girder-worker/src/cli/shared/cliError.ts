import { CommanderError } from 'commander';
import { ConfigurationError } from '../../connections/configurationError.ts';
import { type Connections, loadConnections } from '../../connections/connections.ts';

/** What Node's network errors and the errors of AWS have beside name and message. */
interface ErrorDetails {
  readonly code?: unknown;
  readonly address?: unknown;
  readonly hostname?: unknown;
  readonly port?: unknown;
}

/** Node's codes for a server that does not answer. */
const networkCodes =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|CERT_.*|HPE_.*)$/;

/** AWS's names of errors about credentials, of SQS and of DynamoDB. */
const refusedCredentials =
  /^(?:UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(?:Exception)?|ExpiredToken(?:Exception)?|MissingAuthenticationToken(?:Exception)?|InvalidSecurity)$/;

/** Errors of programs: what they say is for the authors of this one. */
const programErrors = /^(?:TypeError|ReferenceError|RangeError|SyntaxError)$/;

/**
 * Describes an error of a command in one line (one line for each invalid setting): what failed, for an error of the network or of
 * AWS with the endpoint, and what to set. It never contains a stack.
 */
export function describeCliError(thrown: unknown, env: NodeJS.ProcessEnv): string {
  for (const error of withCauses(thrown)) {
    const text = describeKnown(error, env);
    if (text !== undefined) return text;
  }
  if (!(thrown instanceof Error)) return String(thrown);
  const text = thrown.message || String((thrown as ErrorDetails).code ?? thrown.name);
  if (!programErrors.test(thrown.name)) return thrown.name === 'Error' ? text : `${thrown.name}: ${text}`;
  return `${thrown.name}: ${text} (--debug shows where)`;
}

/** The stack of an error, for `--debug`. */
export function debugText(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

function describeKnown(error: Error, env: NodeJS.ProcessEnv): string | undefined {
  const { name, message } = error;
  const { code } = error as ErrorDetails;
  if (error instanceof CommanderError) return `${message} Run girder-worker --help, or girder-worker <command> --help.`;
  if (error instanceof ConfigurationError) return error.faults.length === 1 ? error.faults[0] : message;
  if (message === 'Region is missing' || message.startsWith('No AWS region is known'))
    return 'No AWS region is set: set AWS_REGION, or the region of your AWS profile. For an emulator, set GIRDER_WORKER_BROKER and GIRDER_WORKER_BACKEND to its addresses, as npm run dev prints them.';
  if (name === 'CredentialsProviderError' || /Could not load credentials/.test(message))
    return 'No AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or write key and secret into GIRDER_WORKER_BROKER and GIRDER_WORKER_BACKEND.';
  if (refusedCredentials.test(name))
    return `AWS refuses the credentials (${name}: ${message}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_PROFILE, or key and secret in GIRDER_WORKER_BROKER and GIRDER_WORKER_BACKEND.`;
  if (/^AccessDenied|^AuthorizationError/.test(name))
    return `A permission is missing (${name}: ${message}). docs/worker.md and docs/remote-control.md list the permissions.`;
  if (networkCodes.test(String(code))) return describeNetworkError(error, env);
  return undefined;
}

/** Names the service whose endpoint the error is about, and the settings of that endpoint. */
function describeNetworkError(error: Error, env: NodeJS.ProcessEnv): string {
  const { code, address, hostname, port } = error as ErrorDetails;
  const what = String(code);
  for (const { service, endpoint, settings } of endpointsOf(env)) {
    const { host, hostname: name, port: ownPort, protocol } = new URL(endpoint);
    const isIts =
      port === undefined
        ? hostname === name || error.message.includes(host)
        : Number(port) === Number(ownPort || (protocol === 'https:' ? 443 : 80));
    if (!isIts) continue;
    return `Cannot connect to ${service} at ${endpoint} (${what}). Does a server run there? Check ${settings}, or start npm run dev.`;
  }
  const place = [hostname ?? address, port].filter((part) => part !== undefined).join(':');
  const target = place === '' ? error.message : `${place} (${what})`;
  return `Cannot connect to AWS: ${target}. Check the network, AWS_REGION and the endpoints in GIRDER_WORKER_BROKER and GIRDER_WORKER_BACKEND.`;
}

/** The endpoints that are set, by the URLs or by the AWS SDK's variables. */
function endpointsOf(env: NodeJS.ProcessEnv) {
  const connections = tryLoad(env);
  if (!connections) return [];
  const { sqs, sns } = connections.broker;
  const endpoints = [
    { service: 'SQS', endpoint: sqs.endpoint, settings: 'GIRDER_WORKER_BROKER and AWS_ENDPOINT_URL_SQS' },
    {
      service: 'DynamoDB',
      endpoint: connections.backend.dynamodb.endpoint,
      settings: 'GIRDER_WORKER_BACKEND and AWS_ENDPOINT_URL_DYNAMODB',
    },
    { service: 'SNS', endpoint: sns.endpoint, settings: 'GIRDER_WORKER_BROKER and AWS_ENDPOINT_URL_SNS' },
  ];
  return endpoints.flatMap(({ endpoint, ...rest }) => (endpoint ? [{ endpoint, ...rest }] : []));
}

function tryLoad(env: NodeJS.ProcessEnv): Connections | undefined {
  try {
    return loadConnections(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

/** An error and its causes. First the errors of an AggregateError, which Node throws if a host has several addresses: they name them. */
function* withCauses(thrown: unknown, depth = 0): Iterable<Error> {
  if (!(thrown instanceof Error) || depth > 5) return;
  if (thrown instanceof AggregateError) for (const error of thrown.errors) yield* withCauses(error, depth + 1);
  yield thrown;
  yield* withCauses(thrown.cause, depth + 1);
}
