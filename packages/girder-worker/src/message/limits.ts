/**
 * Values of all stamps of one message, where a stamp may have a list of them. A worker looks each up in the table, four times a
 * second while the task runs. Celery's users have a handful.
 */
export const maxStampValues = 100;

/** The longest id of a task or a group, in bytes: a key of DynamoDB has 2048, of which Celery's form of a byte takes up to four. */
export const maxIdBytes = 480;

/** The longest name of a task, in characters. */
export const maxNameCharacters = 1000;
