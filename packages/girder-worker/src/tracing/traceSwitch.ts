/**
 * Whether the environment turns traces on: GIRDER_WORKER_TRACES is `on`. Nothing else of this room is loaded otherwise.
 * `loadConnections` refuses other values than `on` and `off`.
 */
export function tracesAreOn(env: Readonly<NodeJS.ProcessEnv>): boolean {
  return env.GIRDER_WORKER_TRACES === 'on';
}
