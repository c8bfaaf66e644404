/**
 * The URL with its password replaced by `**`, so that it can be printed. A text that is no valid URL may contain a password, too: without a
 * host, or without a scheme.
 */
export function maskPassword(url: string): string {
  if (!/^[^:@/]*:\/\//.test(url)) return url.replace(/^([^:@/]*):.*@/s, '$1:**@');
  const masked = url.replace(/^([^:@/]*:\/\/[^:@/]*):.*@/s, '$1:**@');
  // What follows a colon without a host is no port: `sqs://key:secret`.
  return masked.replace(/^([^:@/]*:\/\/[^:@/]*):(?!\d{1,5}(?:[/?#]|$)|\*\*@).*$/s, '$1:**');
}
