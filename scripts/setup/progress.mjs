/** How often there is a new line where lines cannot be rewritten. */
const lineEverySeconds = 10;

/**
 * Says what goes on and for how long: in a terminal on one line that counts the seconds, else in a line now and then.
 * Gives what ends it, and says how it ended.
 */
export function showProgress(what, stream = process.stderr) {
  const startMs = Date.now();
  const text = (note) => `${what}: ${note}${Math.round((Date.now() - startMs) / 1000)} s`;
  const show = stream.isTTY ? () => stream.write(`\r${text('')}`) : () => stream.write(`${text('')}\n`);
  show();
  const timer = setInterval(show, stream.isTTY ? 1000 : lineEverySeconds * 1000);
  return (ending) => {
    clearInterval(timer);
    stream.write(`${stream.isTTY ? '\r' : ''}${text(`${ending} after `)}\n`);
  };
}
