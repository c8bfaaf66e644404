import { saferepr } from '../kombu/repr/saferepr.ts';
import { isObject, type KombuObject, type KombuValue } from '../kombu/values.ts';
import type { ControlCommand } from '../message/controlCommand.ts';
import { isAddressedTo } from './addressing.ts';
import { queueReply, registeredReply, setRepr, taskReply } from './celeryReplies.ts';
import type { ControlDeps } from './deps.ts';
import { createInspect } from './inspect.ts';
import { revokeStamps, revokeTasks } from './revocation.ts';
import { unsupportedCommands } from './unsupportedCommands.ts';

/**
 * Carries a command out. Resolves to the reply, whose form is that of Celery's worker with names in camelCase, or to
 * undefined for a command that is addressed to others.
 *
 * A command that cannot be carried out is answered with `{ error: why }`; what the table or the queue throws is thrown.
 */
export type ControlNode = (command: ControlCommand) => Promise<unknown>;

type Command = (args: KombuObject) => Promise<unknown>;

/** A command that is not one, or not with these arguments. */
class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Remote control by table and queue: it works where no worker is alive, and in one that is. */
export function createControlNode(parts: ControlDeps): ControlNode {
  const commands = commandsOf(parts);
  const refused = parts.worker ? unsupportedCommands.ofWorkers : unsupportedCommands.ofFunctions;
  return async (command) => {
    if (!isAddressedTo(parts.node, command)) return undefined;
    const name = camelCase(command.method);
    if (Object.hasOwn(refused, name)) return { error: refused[name] };
    const carryOut = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!carryOut) return { error: `There is no command ${saferepr(command.method)}.` };
    try {
      return await carryOut(command.arguments);
    } catch (error) {
      if (error instanceof CommandError) return { error: error.message };
      throw error;
    }
  };
}

function commandsOf(parts: ControlDeps): Readonly<Record<string, Command>> {
  const { node, registry, queueNames, worker } = parts;
  const inspection = createInspect(parts);

  // Each node tells of its own, as Celery's do: the table knows what all of them run.
  const active: Command = async () =>
    (await inspection.active()).filter(({ hostname }) => hostname === node).map((task) => taskReply(task, queueNames));
  const scheduled: Command = async () =>
    (await inspection.scheduled()).map(({ eta, request }) => ({
      eta,
      priority: 6,
      request: taskReply(request, queueNames),
    }));
  const revoked: Command = () => inspection.revoked();
  const reserved: Command = async () => []; // What is delivered is begun at once.
  const conf: Command = ({ withDefaults }) => inspection.conf({ withDefaults: withDefaults === true });
  const registered: Command = async ({ taskinfoitems }) => {
    if (!registry) return inspection.registered();
    const items = textsIn(taskinfoitems);
    return registeredReply(registry, items.length > 0 ? items : ['rate_limit']);
  };

  const revoke: Command = async ({ taskId, terminate }) => {
    const ids = new Set(textsIn(taskId));
    if (ids.size === 0) throw new CommandError('revoke takes the id of a task, or a list of ids, as "task_id".');
    const results = await revokeTasks(parts, [...ids], terminate === true);
    if (terminate !== true) return { ok: `tasks ${setRepr(ids)} flagged as revoked` };
    const running = [...results].filter(([, result]) => result === 'marked').map(([id]) => id);
    return { ok: running.length === 0 ? 'terminate: tasks unknown' : `terminate: ${running.join(', ')}` };
  };

  return {
    revoke,
    terminate: ({ taskId = null }) => revoke({ taskId, terminate: true }),
    revokeByStampedHeaders: async ({ headers, terminate }) => {
      const stamps = stampsIn(headers);
      await revokeStamps(parts, stamps, terminate === true);
      return {
        ok: `headers ${saferepr(stamps)} flagged as revoked${terminate === true ? '' : ', but not terminated'}`,
      };
    },
    ping: async () => ({ ok: 'pong' }),
    ...{ active, dumpActive: active, scheduled, dumpSchedule: scheduled, reserved, dumpReserved: reserved },
    ...{ revoked, dumpRevoked: revoked, registered, dumpTasks: registered, conf, dumpConf: conf },
    queryTask: async ({ ids }) => {
      const found = await inspection.queryTask(...textsIn(ids));
      return new Map([...found].map(([id, [phase, task]]) => [id, [phase, taskReply(task, queueNames)]]));
    },
    activeQueues: async () => queueNames.map(queueReply),
    stats: async () => {
      const { broker, queues } = await inspection.stats();
      return {
        broker,
        queues,
        pool: { implementation: 'girder-worker', ...(worker && { 'max-concurrency': worker.concurrency }) },
        pid: process.pid,
        prefetchCount: 0,
        total: {},
      };
    },
    report: async () => ({ ok: reportText(parts) }),
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

/** A text, or a list of them: Celery takes both for its ids. */
function textsIn(value: KombuValue | undefined): string[] {
  if (value == null) return [];
  return [value]
    .flat()
    .map((text) => (isObject(text) ? '' : String(text)))
    .filter((text) => text !== '');
}

/** `{ name: value or values }` or, from a command line, `["name=value"]`. */
function stampsIn(headers: KombuValue | undefined): KombuObject {
  if (isObject(headers) && Object.keys(headers).length > 0) return headers;
  const pairs = textsIn(headers).map((text) => /^([^=]+)=(.*)$/s.exec(text)?.slice(1) ?? []);
  if (pairs.length > 0 && pairs.every((pair) => pair.length === 2)) return Object.fromEntries(pairs) as KombuObject;
  throw new CommandError('revoke_by_stamped_headers takes stamps by their names, as "headers": {"name": ["value"]}.');
}

/** Celery's names of commands are Python's: `revoke_by_stamped_headers`. */
function camelCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
