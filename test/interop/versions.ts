/** The tested releases of Celery: the oldest supported one, and the newest ones of the last two series. */
export const celeryVersions = ['5.4.0', '5.6.3', '5.7.0'] as const;

/** The release with which docs/wire-format.md was measured. */
export const latestCelery = '5.7.0';
