#!/usr/bin/env node
/** Checks Node.js first: an old one fails on the first import that it does not know, with an error that names no reason. */
const oldest = [22, 13] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(
    `girder-worker: Node.js ${oldest.join('.')} or newer is needed; this is ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./program.ts');
  await main(process.argv.slice(2));
}
