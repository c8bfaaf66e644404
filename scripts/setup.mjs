// Installs the dependencies of a checkout. npm runs this before each of its scripts, with the Node.js of the machine and
// before anything is installed. It prints nothing and is fast if there is nothing to install. Its syntax also runs on
// versions of Node.js that are too old, so that these get an error that says so.
const major = Number(process.versions.node.split('.')[0]);
if (major < 18) {
  console.error(
    `Node.js ${process.version} is too old to install the dependencies. Install Node.js 20 or newer: https://nodejs.org`,
  );
  process.exitCode = 1;
} else {
  const { setUp } = await import('./setup/setUp.mjs');
  process.exitCode = await setUp();
}
