import { type AppSettings, defaultSettings } from '../../task/config.ts';

/**
 * The settings that a registry can carry: those that are known, and plain data. Celery has many more, and lets a plugin
 * set them; they change nothing here, which is worth a notice, not a fault.
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
      .map(([name]) => `it changes the setting ${JSON.stringify(name)}, which means nothing here.`),
  };
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
}
