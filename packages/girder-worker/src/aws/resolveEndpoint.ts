import type { AwsCredentials, ClientSettings } from '../connections/clientSettings.ts';

/** The region that is set, or that of the profile. Rejects with an Error that says what to do where there is none. */
export async function regionOf({ region }: ClientSettings): Promise<string> {
  if (region) return region;
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } = await import(
    '@smithy/core/config'
  );
  return loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)().catch((cause: unknown) => {
    throw new Error('No AWS region is known: set AWS_REGION, or the region of your AWS profile.', { cause });
  });
}

/** Those that are set, or whatever the AWS SDK finds: a profile, a role of the container or of the machine. */
export function credentialsOf({ credentials }: ClientSettings): () => Promise<AwsCredentials> {
  if (credentials) return async () => credentials;
  let found: Promise<() => Promise<AwsCredentials>> | undefined;
  return async () => {
    found ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
    return (await found)(); // It remembers what it found, until that expires.
  };
}

/** The address that is set, or AWS's own for the region; partitions with other domains need one that is set. */
export function endpointOf({ endpoint }: ClientSettings, service: string, region: string): URL {
  if (endpoint) return new URL(endpoint);
  if (!/^[a-z\d-]+$/.test(region)) throw new Error(`"${region}" is no AWS region: write for example us-east-1.`);
  return new URL(`https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
}
