import type { ClientSettings } from '../connections/clientSettings.ts';
import { type AnswerClock, RequestHandler } from './requestHandler.ts';

/** Attempts of a request that fails for a reason that may pass, such as throttling: the first, and four more after growing delays. */
const maxAttempts = 5;

export interface ClientOptions {
  /** Returns the signal that ends the requests of a client; an aborted one refuses further requests. @default none */
  readonly signal?: (() => AbortSignal) | undefined;
  /** Learns the time of the service by its answers. @default none */
  readonly clock?: AnswerClock | undefined;
}

/** Returns the configuration of an AWS SDK client. What the settings leave out is found by the SDK, such as the credentials of a role. */
export function clientConfig({ region, ...settings }: ClientSettings, { signal, clock }: ClientOptions = {}) {
  return {
    ...settings,
    region: region ?? profileRegion,
    maxAttempts,
    requestHandler: new RequestHandler(signal, clock),
    logger: silent,
    cacheMiddleware: true, // It is the same for each request, and takes a fifth of the CPU of one.
  };
}

/** A logger without `info`: for one that has it, whatever it does, the SDK copies the input and the output of each request. */
const silent = { debug: () => undefined, warn: () => undefined } as unknown as Console;

/** Resolves to the region of the AWS profile. Rejects with an Error that says what to set if there is none. */
async function profileRegion(): Promise<string> {
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } = await import(
    '@smithy/core/config'
  );
  return loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)().catch((cause: unknown) => {
    throw new Error('No AWS region is known: set AWS_REGION, or the region of your AWS profile.', { cause });
  });
}
