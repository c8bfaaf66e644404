/**
 * Replaces `@aws-sdk/middleware-endpoint-discovery` in bundles. The client of DynamoDB reads its settings, and has no operation that
 * uses them; the cache of endpoints that it creates would be 9 KB of each cold start.
 */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};

export function resolveEndpointDiscoveryConfig<Input>(input: Input): Input {
  return input;
}
