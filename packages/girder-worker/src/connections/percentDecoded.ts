import { ConfigurationError } from './configurationError.ts';

/** Decodes a key or a secret of a URL. Throws a ConfigurationError, which does not contain it, if a `%` in it is not encoded. */
export function percentDecoded(text: string, title: string, setting: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigurationError(title, [
      `${setting} has a key or a secret with a "%" that is not percent-encoded. Write it as %25.`,
    ]);
  }
}
