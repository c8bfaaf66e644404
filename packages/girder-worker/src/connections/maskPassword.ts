/** The URL with its password replaced by `**`, so that it can be printed. */
export function maskPassword(url: string): string {
  return url.replace(/(:\/\/[^:@/]*:).*@/s, '$1**@');
}
