/**
 * Replaces `@aws-sdk/credential-provider-node` in bundles. Lambda and the emulators provide credentials by environment
 * variables; the code for other sources (profiles, SSO, instance metadata) would double what a cold start loads.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
