/** The releases of Celery that the suite speaks with: the oldest, and the newest of the last two series. */
export const celeryVersions = ['5.4.0', '5.6.3', '5.7.0'] as const;

/** The one that the wire specification was measured with. */
export const latestCelery = '5.7.0';
