import type { ControlParts } from '../control/parts.ts';
import type { ControlCommand } from '../message/controlCommand.ts';
import type { KombuObject } from '../message/values.ts';
import type { Control, Inspect } from '../task/control.ts';

/** Remote control of the queue and the table that the environment names; what it needs is loaded when it is first used. */
export function connectRemoteControl(env: NodeJS.ProcessEnv): Control {
  let parts: Promise<ControlParts> | undefined;
  return createRemoteControl(() => {
    parts ??= import('../control/connect.ts').then(({ connectControlParts }) =>
      connectControlParts(env, { registry: undefined, warn: (text) => process.emitWarning(text) }),
    );
    return parts;
  });
}

/** Carries commands out here: they need the table and the queue, and neither a worker nor anybody's reply. */
export function createRemoteControl(connect: () => Promise<ControlParts>): Control {
  const rooms = async () => {
    const [parts, { createInspection }, revocation, { createControl }] = await Promise.all([
      connect(),
      import('../control/inspection.ts'),
      import('../control/revocation.ts'),
      import('../control/control.ts'),
    ]);
    return { parts, createInspection, createControl, ...revocation };
  };
  const inspection = async (): Promise<Inspect> => {
    const { parts, createInspection } = await rooms();
    return createInspection(parts);
  };

  return {
    async revoke(id, { terminate = false } = {}) {
      const { parts, revokeTasks } = await rooms();
      await revokeTasks(parts, [id].flat(), terminate);
    },
    async revokeByStampedHeaders(stamps, { terminate = false } = {}) {
      const { parts, revokeStamps } = await rooms();
      await revokeStamps(parts, stamps, terminate);
    },
    async ping() {
      const { parts } = await rooms();
      await Promise.all([parts.census.find(['ping']), ...parts.queueNames.map(parts.queues.status)]);
      return 'pong';
    },
    inspect: () => ({
      active: async () => (await inspection()).active(),
      scheduled: async () => (await inspection()).scheduled(),
      revoked: async () => (await inspection()).revoked(),
      queryTask: async (...ids) => (await inspection()).queryTask(...ids),
      registered: async () => (await inspection()).registered(),
      stats: async () => (await inspection()).stats(),
      conf: async (options) => (await inspection()).conf(options),
    }),
    async broadcast(method, args = {}) {
      const { parts, createControl } = await rooms();
      const everybody = { destination: null, pattern: null, matcher: null, replyTo: null };
      const command: ControlCommand = { method, arguments: args as KombuObject, ...everybody };
      return [{ [parts.node]: await createControl(parts)(command) }];
    },
  };
}
