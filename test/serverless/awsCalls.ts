import path from 'node:path';

/** A command of the AWS SDK as a source map names it. */
const command = /@aws-sdk\/client-(\w+)\/.*\/commands\/(\w+)Command\.js$/;
/** The file names of chunks in the code of a bundle, which is minified. */
const chunk = /["'](?:\.{1,2}\/)(?:chunks\/)?([\w.-]+\.mjs)["']/g;

/**
 * Returns the calls of the AWS SDK that these files of a bundle contain, and the chunks that they import, such as
 * `sqs:SendMessage`. The bundler leaves out commands that no module uses.
 */
export function callsIn(files: ReadonlyMap<string, Buffer>, entries: readonly string[]): string[] {
  const byName = new Map([...files].map(([file, content]) => [path.basename(file), content.toString('utf8')]));
  const reached = new Set(entries);
  for (const name of reached) {
    for (const [, imported = ''] of (byName.get(name) ?? '').matchAll(chunk)) reached.add(imported);
  }
  const calls = [...reached].flatMap((name) => {
    const map = byName.get(`${name}.map`);
    // An entry that only checks the version of Node.js, and then imports its main module, has none.
    if (map === undefined && byName.has(name.replace(/\.mjs$/, '.main.mjs'))) return [];
    if (map === undefined) throw new Error(`The bundle has no source map of ${name}.`);
    const { sources } = JSON.parse(map) as { sources: string[] };
    return sources.flatMap((source) => {
      const [, service, call] = command.exec(source) ?? [];
      return service === undefined ? [] : [`${service}:${call}`];
    });
  });
  return [...new Set(calls)].sort();
}
