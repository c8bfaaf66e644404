/** The interval between two lines if the output is not a terminal. */
const lineEverySeconds = 10;

/**
 * Shows what runs and for how long: in a terminal on one line that counts the seconds, otherwise with one line every 10 s.
 * Returns the function that ends it with the word for the result.
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
