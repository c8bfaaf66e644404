import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

const bundleFolder = path.join('.build', 'dispatcher');

/**
 * A plugin of osls that builds the functions before they are packaged. Both functions get the same archive, which contains
 * only the files of the bundle: they share most of their code.
 *
 * Without it, osls would archive the root of the service, with node_modules, and with the bundle below `.build/`.
 */
export default class BuildBeforePackage {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.#packageBundle(),
      'before:deploy:function:packageFunction': () => this.#packageBundle(),
    };
  }

  async #packageBundle() {
    const serviceDir = this.serverless.serviceDir;
    const exitCode = await build(serviceDir, this.#architecture());
    if (exitCode !== 0) {
      // osls prints errors of this class without a stack.
      const { Error: ServerlessError } = this.serverless.classes;
      throw new ServerlessError(
        `npm run build failed (exit code ${exitCode}): its output is above.`,
        'DISPATCHER_BUILD_FAILED',
      );
    }
    const folder = path.join(serviceDir, bundleFolder);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    // The packaging plugin of osls sorts entries and fixes their times: an unchanged bundle gives an unchanged archive.
    const packaging = this.serverless.pluginManager.getPlugins().find((plugin) => 'zipFiles' in plugin);
    // `serverless deploy` expects the archive under the name of the service.
    const name = this.serverless.getProvider('aws').naming.getServiceArtifactName();
    const artifact = await packaging.zipFiles(files, name, folder);
    for (const functionName of this.serverless.service.getAllFunctions()) {
      const definition = this.serverless.service.getFunction(functionName);
      definition.package = { ...definition.package, artifact };
    }
  }

  /** The processor of the function that runs tasks: packages with native code are packed for it. */
  #architecture() {
    const { service } = this.serverless;
    return service.getFunction('dispatcher').architecture ?? service.provider.architecture ?? 'x86_64';
  }
}

/** Runs the npm script, with the Node.js of node_modules: osls itself may run with an older one. Resolves to the exit code. */
async function build(serviceDir, architecture) {
  const onWindows = process.platform === 'win32';
  const npm = spawn(onWindows ? 'npm.cmd' : 'npm', ['run', '--silent', 'build', '--', '--architecture', architecture], {
    cwd: serviceDir,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: onWindows,
  });
  const [exitCode] = await once(npm, 'exit');
  return exitCode;
}
