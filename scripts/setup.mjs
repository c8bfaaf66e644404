// Makes a checkout ready: npm runs this before its scripts, with whatever Node there is, and before anything is installed.
// It is silent and quick when there is nothing to do. Written so that a Node that is too old can still say so.
const major = Number(process.versions.node.split('.')[0]);
if (major < 18) {
  console.error(
    `Node.js ${process.version} is too old to set this up. Install Node.js 20 or newer: https://nodejs.org`,
  );
  process.exitCode = 1;
} else {
  const { setUp } = await import('./setup/setUp.mjs');
  process.exitCode = await setUp();
}
