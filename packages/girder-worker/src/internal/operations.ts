/** What girder-worker-dev, which is released together with this package, shares with it: what operators do with a stack, for the dashboard. */
export { describeCliError } from '../cli/shared/cliError.ts';
export { codeOf } from '../cli/shared/deadLetterFilter.ts';
export { createTaskClient } from '../client/client.ts';
export { queueReply, taskReply } from '../control/celeryReplies.ts';
export { connectControl } from '../control/connectControl.ts';
export { createInspect } from '../control/inspect.ts';
export { type Revocations, revokeTasks } from '../control/revocation.ts';
export { connectHistory } from '../history/dynamodb/connectHistory.ts';
export type { History, StoredRuns } from '../history/history.ts';
export { createMemoryHistory } from '../history/memory/memoryHistory.ts';
export { redact } from '../history/redact.ts';
export type { FollowingTask, RunRecord, RunState } from '../history/runRecord.ts';
export { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
export { exceptionRepr, pythonRepr } from '../kombu/repr/pythonRepr.ts';
export { saferepr } from '../kombu/repr/saferepr.ts';
export { withPythonNames } from '../message/controlReply.ts';
export { taskNamedIn } from '../message/decode.ts';
export { connectStoreAndScan, type StoreAndScan } from '../store/dynamodb/connectStoreAndScan.ts';
export type { OrphanScan, StoredOrphan } from '../store/orphanScan.ts';
export type { ResultStore, ResultTuple, StoredResult } from '../store/resultStore.ts';
export type { TaskScan, TaskSummary } from '../store/taskScan.ts';
export type { System } from '../system/system.ts';
export { App } from '../task/app.ts';
export type { ApplyOptions } from '../task/client/signature.ts';
export type { ListedDeadLetter, QueueAdmin, QueueStatus } from '../transport/queueAdmin.ts';
export { connectQueueAdmin } from '../transport/sqs/sqsQueueAdmin.ts';
export {
  type CeleryExporter,
  counterOfState,
  createCeleryExporter,
  gauges,
  type TaskLabels,
} from '../worker/celeryExporter.ts';
