/**
 * Values of all stamps of one message, where a stamp may have a list of them. A worker looks each up in the table, four times a
 * second while the task runs. Celery's users have a handful.
 */
export const maxStampValues = 100;
