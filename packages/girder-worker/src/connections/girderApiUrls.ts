import { ConfigurationError } from './configurationError.ts';
import { maskPassword } from './maskPassword.ts';

/**
 * The Girder servers that may be called, from GIRDER_WORKER_API_URL: the URLs of their REST APIs, separated by commas. None if
 * it is undefined or empty. Throws ConfigurationError.
 */
export function parseGirderApiUrls(text: string | undefined): readonly string[] {
  const urls = (text ?? '').split(',').map((url) => url.trim());
  return urls
    .filter((url) => url !== '')
    .map((url) => {
      const parsed = URL.parse(url);
      if (parsed && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.search === '') return url;
      throw new ConfigurationError('Invalid Girder servers', [
        `GIRDER_WORKER_API_URL must be the URL of Girder's REST API, such as https://girder.example.org/api/v1 (several are separated by commas), got "${maskPassword(url)}"`,
      ]);
    });
}
