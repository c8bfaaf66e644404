import { type AppSettings, defaultSettings } from 'girder-worker/internal/task';

/**
 * Splits changes of the app's settings into those that the registry holds, which are known and scalar, and a notice for
 * each other one. Celery has many more settings, which plugins may set; here they have no effect.
 */
export function knownSettings(changes: Readonly<Record<string, unknown>>): {
  settings: Partial<AppSettings>;
  notices: string[];
} {
  const entries = Object.entries(changes);
  const isKnown = ([name, value]: [string, unknown]) => Object.hasOwn(defaultSettings, name) && isScalar(value);
  return {
    settings: Object.fromEntries(entries.filter(isKnown)),
    notices: entries
      .filter((entry) => !isKnown(entry))
      .map(
        ([name]) =>
          `it changes the setting ${JSON.stringify(name)}, which girder-worker does not support: it has no effect.`,
      ),
  };
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
}
