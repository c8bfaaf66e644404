import { ConfigurationError } from './configurationError.ts';
import { maskPassword } from './maskPassword.ts';

/**
 * Checks GIRDER_WORKER_API_URL: the URLs of the REST APIs of the Girder servers that may be called, separated by commas. Throws
 * ConfigurationError.
 */
export function checkGirderApiUrls(text = ''): void {
  for (const url of text.split(',').map((part) => part.trim())) {
    const parsed = URL.parse(url);
    if (url === '' || (parsed && /^https?:$/.test(parsed.protocol) && parsed.username === '')) continue;
    throw new ConfigurationError('Invalid Girder servers', [
      `GIRDER_WORKER_API_URL must be the URL of Girder's REST API, such as https://girder.example.org/api/v1 (several are separated by commas), got "${maskPassword(url)}"`,
    ]);
  }
}
