import type { ControlDeps } from '../control/deps.ts';
import type { KombuObject } from '../kombu/values.ts';
import type { ControlCommand } from '../message/controlCommand.ts';
import type { Control, Inspect } from '../task/remoteControl.ts';

/** Remote control of the queue and the table that the environment names; what it needs is loaded when it is first used. */
export function connectRemoteControl(env: NodeJS.ProcessEnv): Control {
  let parts: Promise<ControlDeps> | undefined;
  return createRemoteControl(() => {
    parts ??= import('../control/connect.ts').then(({ connectControl: connectControlParts }) =>
      connectControlParts(env, { registry: undefined, warn: (text) => process.emitWarning(text) }),
    );
    return parts;
  });
}

/** Carries commands out here: they need the table and the queue, and neither a worker nor anybody's reply. */
export function createRemoteControl(connect: () => Promise<ControlDeps>): Control {
  const loadModules = async () => {
    const [parts, { createInspect: createInspection }, revocation, { createControlNode: createControl }] =
      await Promise.all([
        connect(),
        import('../control/inspect.ts'),
        import('../control/revocation.ts'),
        import('../control/controlNode.ts'),
      ]);
    return { parts, createInspection, createControl, ...revocation };
  };
  const inspection = async (): Promise<Inspect> => {
    const { parts, createInspection } = await loadModules();
    return createInspection(parts);
  };

  return {
    async revoke(id, { terminate = false } = {}) {
      const { parts, revokeTasks } = await loadModules();
      await revokeTasks(parts, [id].flat(), terminate);
    },
    async revokeByStampedHeaders(stamps, { terminate = false } = {}) {
      const { parts, revokeStamps } = await loadModules();
      await revokeStamps(parts, stamps, terminate);
    },
    async ping() {
      const { parts } = await loadModules();
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
      const { parts, createControl } = await loadModules();
      const everybody = { destination: null, pattern: null, matcher: null, replyTo: null };
      const command: ControlCommand = { method, arguments: args as KombuObject, ...everybody };
      return [{ [parts.node]: await createControl(parts)(command) }];
    },
  };
}
