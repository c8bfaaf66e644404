import { toCamelCase } from '../kombu/caseNames.ts';
import { saferepr } from '../kombu/repr/saferepr.ts';
import { isObject, type KombuObject, type KombuValue, ownValue } from '../kombu/values.ts';
import type { ControlCommand } from '../message/controlCommand.ts';
import { isAddressedTo } from './addressing.ts';
import { queueReply, registeredReply, setRepr, taskReply } from './celeryReplies.ts';
import type { ControlDeps } from './deps.ts';
import { createInspect } from './inspect.ts';
import { revokeStamps, revokeTasks } from './revocation.ts';

/**
 * Executes a command. Resolves to the reply in the form of Celery's workers, with names in camelCase, or to undefined if the
 * command is addressed to other nodes.
 *
 * A command that is not supported, or has invalid arguments, is answered with `{ error: reason }`. Errors of the table and
 * of the queue reject.
 */
export type ControlNode = (command: ControlCommand) => Promise<unknown>;

type Command = (args: KombuObject) => Promise<unknown>;

/** The arguments of a command are invalid. */
class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Returns remote control over table and queue, for a function, a client, or a running worker (`deps.worker`). */
export function createControlNode(deps: ControlDeps): ControlNode {
  const commands = commandsOf(deps);
  return async (command) => {
    if (!isAddressedTo(deps.node, command)) return undefined;
    const name = toCamelCase(command.method);
    const execute = ownValue(commands, name);
    if (!execute) {
      const { unsupportedCommands } = await import('./unsupportedCommands.ts');
      const reasons = deps.worker ? unsupportedCommands.ofWorkers : unsupportedCommands.ofFunctions;
      return { error: ownValue(reasons, name) ?? `There is no command ${saferepr(command.method)}.` };
    }
    try {
      return await execute(command.arguments);
    } catch (error) {
      if (error instanceof CommandError) return { error: error.message };
      throw error;
    }
  };
}

function commandsOf(deps: ControlDeps): Readonly<Record<string, Command>> {
  const { node, registry, queueNames, worker } = deps;
  const inspect = createInspect(deps);

  // The table lists the tasks of all nodes. As in Celery, each node replies with its own.
  const active: Command = async () =>
    (await inspect.active()).filter(({ hostname }) => hostname === node).map((task) => taskReply(task, queueNames));
  const scheduled: Command = async () =>
    (await inspect.scheduled()).map(({ eta, request }) => ({
      eta,
      priority: 6,
      request: taskReply(request, queueNames),
    }));
  const revoked: Command = () => inspect.revoked();
  const reserved: Command = async () => []; // A task starts as soon as its message is received.
  const conf: Command = ({ withDefaults }) => inspect.conf({ withDefaults: withDefaults === true });
  const registered: Command = async ({ taskinfoitems, builtins }) => {
    if (!registry) return inspect.registered();
    const items = stringsIn(taskinfoitems);
    return registeredReply(registry, items.length > 0 ? items : ['rate_limit'], builtins === true);
  };

  const revoke: Command = async ({ taskId, terminate }) => {
    const ids = new Set(stringsIn(taskId));
    if (ids.size === 0) throw new CommandError('revoke requires "task_id", the id of a task or a list of ids.');
    const results = await revokeTasks(deps, [...ids], terminate === true);
    if (terminate !== true) return { ok: `tasks ${setRepr(ids)} flagged as revoked` };
    const running = [...results].filter(([, result]) => result === 'flagged').map(([id]) => id);
    return { ok: running.length === 0 ? 'terminate: tasks unknown' : `terminate: ${running.join(', ')}` };
  };

  return {
    revoke,
    terminate: ({ taskId = null }) => revoke({ taskId, terminate: true }),
    revokeByStampedHeaders: async ({ headers, terminate }) => {
      const stamps = stampsIn(headers);
      await revokeStamps(deps, stamps, terminate === true);
      return {
        ok: `headers ${saferepr(stamps)} flagged as revoked${terminate === true ? '' : ', but not terminated'}`,
      };
    },
    ping: async () => ({ ok: 'pong' }),
    ...{ active, dumpActive: active, scheduled, dumpSchedule: scheduled, reserved, dumpReserved: reserved },
    ...{ revoked, dumpRevoked: revoked, registered, dumpTasks: registered, conf, dumpConf: conf },
    queryTask: async ({ ids }) => {
      const found = await inspect.queryTask(...stringsIn(ids));
      return new Map([...found].map(([id, [phase, task]]) => [id, [phase, taskReply(task, queueNames)]]));
    },
    activeQueues: async () => queueNames.map(queueReply),
    stats: async () => {
      const { broker, queues } = await inspect.stats();
      return {
        broker,
        queues,
        pool: { implementation: 'girder-worker', ...(worker && { 'max-concurrency': worker.concurrency }) },
        pid: process.pid,
        prefetchCount: 0,
        total: {},
      };
    },
    report: async () => ({ ok: reportText(deps) }),
    ...(worker && {
      shutdown: async () => {
        worker.shutDown();
        return { ok: 'shutting down' };
      },
    }),
  };
}

function reportText({ node, urls, registry }: ControlDeps): string {
  const software = `software -> girder-worker node:${process.versions.node}`;
  const platform = `platform -> system:${process.platform} arch:${process.arch}`;
  const settings = `transport:${urls.broker} results:${urls.backend}`;
  return [node, software, platform, settings, `tasks -> ${Object.keys(registry?.tasks ?? {}).length}`].join('\n');
}

/** Celery accepts one string or a list of strings for ids. */
function stringsIn(value: KombuValue | undefined): string[] {
  if (value == null) return [];
  return [value]
    .flat()
    .map((text) => (isObject(text) ? '' : String(text)))
    .filter((text) => text !== '');
}

/** Stamps are `{ name: value or values }` or, from Celery's command line, `["name=value"]`. */
function stampsIn(headers: KombuValue | undefined): KombuObject {
  if (isObject(headers) && Object.keys(headers).length > 0) return headers;
  const pairs = stringsIn(headers).map((text) => /^([^=]+)=(.*)$/s.exec(text)?.slice(1) ?? []);
  if (pairs.length > 0 && pairs.every((pair) => pair.length === 2)) return Object.fromEntries(pairs) as KombuObject;
  throw new CommandError(
    'revoke_by_stamped_headers requires "headers", the stamps by their names: {"name": ["value"]}.',
  );
}
