/**
 * The names of SQS's errors for a message that it refuses at any other attempt, too: the queue does not exist, the sender has no right, or the
 * message has a form that the queue does not take. Errors of credentials are not among them: those of a function are renewed.
 */
const refusals =
  /QueueDoesNotExist|NonExistentQueue|QueueDeletedRecently|AccessDenied|InvalidParameterValue|MissingParameter|InvalidMessageContents|InvalidAttributeValue|UnsupportedOperation|InvalidAddress|Kms(?:AccessDenied|Disabled|InvalidKeyUsage|InvalidState|NotFound|OptInRequired)/;

/** AWS's JSON protocol and its older query protocol, which some emulators speak, name this error differently. */
const missingQueue = /QueueDoesNotExist|NonExistentQueue/;

/** Those of them that concern the queue, and so each message to it. */
const refusalsByQueue = /Queue|AccessDenied|^Kms/;

/** Whether SQS refuses what was to be sent now and at any other attempt. */
export function isRefusal(error: unknown): error is Error {
  return refusals.test(nameOf(error));
}

/** Whether the queue does not exist. */
export function isMissingQueue(error: unknown): boolean {
  return missingQueue.test(nameOf(error));
}

/** Whether the queue takes no message at all from this sender. */
export function isRefusalByQueue(error: unknown): boolean {
  return isRefusal(error) && refusalsByQueue.test(nameOf(error));
}

/** The name of an error, or of the error of SQS that it explains. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.cause instanceof Error ? error.cause.name : error.name;
}
