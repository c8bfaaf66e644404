import type { Connections } from '../connections/connections.ts';
import type { ControlDeps } from '../control/deps.ts';
import type { KombuObject } from '../kombu/values.ts';
import type { ControlCommand } from '../message/controlCommand.ts';
import type { Control, Inspect } from '../task/client/remoteControl.ts';

/** Remote control of the queue and the table of the connections. Both, and its modules, are loaded on first use. */
export function connectRemoteControl(loadConnections: () => Promise<Connections>): Control {
  const connect = async (): Promise<ControlDeps> => {
    const [connections, { connectControl }] = await Promise.all([
      loadConnections(),
      import('../control/connectControl.ts'),
    ]);
    return connectControl(connections, { registry: undefined, warn: (text) => process.emitWarning(text) });
  };
  let deps: Promise<ControlDeps> | undefined;
  return createRemoteControl(() => {
    deps ??= connect();
    return deps;
  });
}

/** Executes commands in this process, on the table and the queues. No worker must be running, and no reply is awaited. */
export function createRemoteControl(connect: () => Promise<ControlDeps>): Control {
  const loadModules = async () => {
    const [deps, inspect, revocation, controlNode] = await Promise.all([
      connect(),
      import('../control/inspect.ts'),
      import('../control/revocation.ts'),
      import('../control/controlNode.ts'),
    ]);
    return { deps, ...inspect, ...revocation, ...controlNode };
  };
  const inspection = async (): Promise<Inspect> => {
    const { deps, createInspect } = await loadModules();
    return createInspect(deps);
  };

  return {
    async revoke(id, { terminate = false } = {}) {
      const { deps, revokeTasks } = await loadModules();
      await revokeTasks(deps, [id].flat(), terminate);
    },
    async revokeByStampedHeaders(stamps, { terminate = false } = {}) {
      const { deps, revokeStamps } = await loadModules();
      await revokeStamps(deps, stamps, terminate);
    },
    async ping() {
      const { deps } = await loadModules();
      await Promise.all([deps.taskScan.find(['ping']), ...deps.queueNames.map(deps.queues.status)]);
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
      const { deps, createControlNode } = await loadModules();
      const toAllNodes = { destination: null, pattern: null, matcher: null, replyTo: null };
      const command: ControlCommand = { method, arguments: args as KombuObject, ...toAllNodes };
      return [{ [deps.node]: await createControlNode(deps)(command) }];
    },
  };
}
