import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses of the machine itself and of its platform, which nothing that a message names may reach. */
const internal = new BlockList();
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
  internal.addSubnet(network, prefix, family);
}

/** A URL leads to an address of the machine itself or of its platform. */
export class InternalAddressError extends Error {
  override readonly name = 'InternalAddressError';
  readonly address: string;

  constructor(url: URL, address: string) {
    super(`The address ${address} of ${url.origin} belongs to this machine or to its platform.`);
    this.address = address;
  }
}

/** Whether an IP address is internal. IPv6 notations of IPv4 addresses are recognized; anything else counts as internal. */
export function isInternalAddress(address: string): boolean {
  const withoutZone = address.replace(/%.*$/, '');
  const family = isIP(withoutZone);
  return family === 0 || internal.check(withoutZone, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Returns the resolver with which to connect to a URL that a message names, or to which a server redirects: it fails with
 * InternalAddressError for a name with an internal address. As it is the resolver that connects, the name cannot resolve
 * to another address afterwards. Throws InternalAddressError if the URL itself has an internal address, or is Lambda's
 * runtime API.
 */
export function externalResolver(url: URL): LookupFunction {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const runtimeApi = process.env.AWS_LAMBDA_RUNTIME_API?.replace(/:\d+$/, '');
  if (host === runtimeApi || (isIP(host) !== 0 && isInternalAddress(host))) throw new InternalAddressError(url, host);
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const bad = addresses.find(({ address }) => isInternalAddress(address) || address === runtimeApi);
      if (bad) return callback(new InternalAddressError(url, bad.address), '', 0);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first!.address, first!.family);
    });
  };
}

/** Whether a URL is one of these, or below one: the same origin, and the same path or one that continues it. */
export function isBelowAny(url: URL, bases: readonly URL[]): boolean {
  return bases.some((base) => {
    if (base.origin !== url.origin) return false;
    const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
    return url.pathname === base.pathname || url.pathname.startsWith(folder);
  });
}
