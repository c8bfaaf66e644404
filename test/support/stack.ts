import { join } from 'node:path';
import { registryFile } from 'girder-worker/internal/task';
import { bundleFunctions } from '../../packages/girder-worker-dev/src/build/bundle/bundle.ts';
import { hostPlatform } from '../../packages/girder-worker-dev/src/build/packages/platform.ts';
import { buildRegistry } from '../../packages/girder-worker-dev/src/build/registry/buildRegistry.ts';
import { writeRegistry } from '../../packages/girder-worker-dev/src/build/registry/registryFile.ts';
import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { startLocalDispatcher } from '../../packages/girder-worker-dev/src/local/localDispatcher.ts';
import { createDeployment, createTemporaryFolder } from './deployment.ts';

/** The local stack with plugins of the tests: emulators, and the bundled dispatcher, which is connected to the queue. */
export interface Stack {
  readonly emulators: Emulators;
  /** The folder of the deployment, for workers beside the function. */
  readonly root: string;
  /** The environment for processes that use the stack. */
  readonly env: NodeJS.ProcessEnv;
  /** The bundled dispatcher, for tests that connect it to further queues. */
  readonly handlerFile: string;
  /** The lines that the dispatcher has printed. */
  readonly lines: readonly string[];
  /** Adds a line to `lines`. */
  printLine(line: string): void;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Names of plugins in `plugins/` and `test/fixtures/plugins/`. */
  readonly plugins: readonly string[];
  readonly timeoutSeconds?: number;
  readonly concurrency?: number;
  /** Whether runs are recorded in the table `celery-history`. @default false */
  readonly history?: boolean;
  /** Environment variables of the function, besides those of the stack. */
  readonly env?: NodeJS.ProcessEnv;
  /** Returns the endpoints that function and clients use: those of proxies. @default those of the emulators */
  readonly connect?: (emulators: Emulators) => Promise<Emulators> | Emulators;
}

export async function startStack({
  plugins,
  timeoutSeconds = 60,
  concurrency = 2,
  env = {},
  history = false,
  connect = (emulators) => emulators,
}: StackOptions): Promise<Stack> {
  const deployment = createDeployment(plugins);
  const { root } = deployment;
  await writeRegistry(join(root, registryFile), (await buildRegistry({ root })).text);
  const bundle = createTemporaryFolder(); // Outside of the deployment, whose node_modules a function does not have.
  const outDir = bundle.root;
  await bundleFunctions({ root, outDir, platform: hostPlatform() });

  const running = await startEmulators();
  const emulators = await connect(running);
  const lines: string[] = [];
  const handlerFile = join(outDir, 'handler.mjs');
  const printLine = (line: string) => {
    lines.push(line);
  };
  const dispatcher = await startLocalDispatcher({
    emulators,
    file: handlerFile,
    controlFile: join(outDir, 'control.mjs'),
    deadLettersFile: join(outDir, 'deadLetters.mjs'),
    concurrency,
    timeoutSeconds,
    env,
    history,
    printLine,
    onFault: ({ code, reason }) => printLine(`${code}: ${reason}`),
  });
  return {
    emulators,
    root,
    env: isolatedVariables(process.env, stackVariables(emulators, 'celery')),
    handlerFile,
    lines,
    printLine,
    async stop() {
      await dispatcher.stop(1000);
      await running.stop();
      bundle[Symbol.dispose]();
      deployment[Symbol.dispose]();
    },
  };
}
