import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Settings } from '../settings.ts';

/** Addresses of the function itself and of its platform, which a message must not reach. */
const refused = new BlockList();
for (const [network, prefix, family] of [
  ['0.0.0.0', 8, 'ipv4'], // unspecified: Linux connects it to the machine itself
  ['127.0.0.0', 8, 'ipv4'], // loopback
  ['169.254.0.0', 16, 'ipv4'], // link-local: metadata and credentials of the platform
  ['224.0.0.0', 3, 'ipv4'], // multicast, reserved, broadcast
  ['::', 128, 'ipv6'], // unspecified
  ['::1', 128, 'ipv6'], // loopback
  ['fe80::', 10, 'ipv6'], // link-local
  ['fd00:ec2::', 32, 'ipv6'], // metadata of EC2
  ['ff00::', 8, 'ipv6'], // multicast
  ['64:ff9b::7f00:0', 104, 'ipv6'], // NAT64 of 127.0.0.0/8
  ['64:ff9b::a9fe:0', 112, 'ipv6'], // NAT64 of 169.254.0.0/16
] as const) {
  refused.addSubnet(network, prefix, family);
}

/** Whether an IP address is refused. IPv6 notations of IPv4 addresses are recognized. */
export function isRefusedAddress(address: string): boolean {
  const withoutZone = address.replace(/%.*$/, '');
  const family = isIP(withoutZone);
  return family === 0 || refused.check(withoutZone, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether the deployment allows a URL: it has an allowed origin, and its path is the allowed one or below it. */
export function isAllowedUrl(url: URL, allowed: readonly URL[]): boolean {
  return allowed.some((entry) => {
    if (entry.origin !== url.origin) return false;
    const folder = entry.pathname.endsWith('/') ? entry.pathname : `${entry.pathname}/`;
    return url.pathname === entry.pathname || url.pathname.startsWith(folder);
  });
}

/**
 * Returns the resolver with which to connect to a URL; undefined for the one of Node.js. Throws if the URL itself is refused:
 * not http, an address of the function or of its platform, or the runtime API of Lambda. The resolver refuses names with such
 * an address: it is the one that connects, so the name cannot resolve to another address afterwards.
 */
export function resolverFor(url: URL, { allowedUrls }: Settings): LookupFunction | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`Cannot request "${shortUrl(url)}": only http and https URLs can be requested.`);
  }
  if (isAllowedUrl(url, allowedUrls)) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const runtimeApi = process.env.AWS_LAMBDA_RUNTIME_API?.replace(/:\d+$/, '');
  if (host === runtimeApi || (isIP(host) !== 0 && isRefusedAddress(host))) throw refusal(url, host);
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const bad = addresses.find(({ address }) => isRefusedAddress(address) || address === runtimeApi);
      if (bad) return callback(refusal(url, bad.address), '', 0);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first!.address, first!.family);
    });
  };
}

function refusal(url: URL, address: string): Error {
  return new Error(
    `Cannot request "${shortUrl(url)}": the address ${address} belongs to the function itself or to its platform. To allow it, the deployment sets GIRDER_WORKER_ALLOWED_URLS=${url.origin}.`,
  );
}

/** A URL for an error message: without password and query, which may hold secrets. */
export function shortUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
