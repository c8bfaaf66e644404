import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPython } from '../../interop/pythonVenv.ts';
import { createTemporaryFolder } from '../../support/deployment.ts';
import { startServerProcess } from '../../support/serverProcess.ts';
import type { Emulator } from '../emulator.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const constraints = fileURLToPath(new URL('../../../infra/localstack/ministack-constraints.txt', import.meta.url));

/**
 * Starts an empty MiniStack that enforces IAM. It runs functions as processes of Node.js. It ends at the latest with this
 * process, even if this process is killed.
 *
 * Needs Python (`requireMinistack`) and, for the first call, PyPI. Rejects with an Error with their output.
 */
export async function startMinistack(): Promise<Emulator> {
  const python = await installPython('ministack', constraints, ['ministack']);
  const folder = createTemporaryFolder(); // It keeps the code of the functions in the temporary folder.
  const env = {
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`, // It runs functions with the first `node`.
    HOME: folder.root,
    TMPDIR: folder.root,
    LOG_LEVEL: 'INFO', // Lines of the functions, and refused requests.
  };
  const server = await startServerProcess(python, [path.join(here, 'serve.py')], { env, cwd: folder.root });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    log: () => server.log(),
    async stop() {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}
