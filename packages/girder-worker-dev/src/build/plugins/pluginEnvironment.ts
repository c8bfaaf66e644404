/** The variables that a process needs to find its programs, folders, certificates and language, and those that configure Node.js. */
const names = new Set(
  `PATH HOME USERPROFILE HOMEDRIVE HOMEPATH SYSTEMROOT COMSPEC PATHEXT TMPDIR TMP TEMP LANG TZ CI NODE_OPTIONS NODE_PATH NODE_ENV
  NODE_EXTRA_CA_CERTS NODE_V8_COVERAGE LD_LIBRARY_PATH DYLD_LIBRARY_PATH`.split(/\s+/),
);

/** Names further variables that plugins get, separated by commas. */
const more = 'GIRDER_WORKER_BUILD_ENV';

/**
 * Returns the environment in which the build imports a plugin: no credentials of AWS, no URLs of broker and backend with their passwords, no
 * tokens of the CI system. `GIRDER_WORKER_BUILD_ENV=NAME,NAME` adds variables that a plugin reads while it is imported.
 */
export function pluginEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const added = new Set((env[more] ?? '').split(',').map((name) => name.trim()));
  const isPassed = (name: string) => names.has(name.toUpperCase()) || name.startsWith('LC_') || added.has(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => isPassed(name)));
}
