import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

const bundleFolder = path.join('.build', 'dispatcher');

/**
 * Builds the functions before osls packages them, and makes the bundle's files, and only these, the archive of both: they
 * share most of their code.
 *
 * osls itself would archive from the root of the service: node_modules included, and the bundle under `.build/`.
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
    const exitCode = await build(serviceDir);
    if (exitCode !== 0) {
      // osls prints an error of its own class without a stack.
      const { Error: ServerlessError } = this.serverless.classes;
      throw new ServerlessError(`npm run build failed (exit code ${exitCode}).`, 'DISPATCHER_BUILD_FAILED');
    }
    const folder = path.join(serviceDir, bundleFolder);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    // osls's own packaging plugin: sorted entries and fixed times, so an unchanged bundle is an unchanged archive.
    const packaging = this.serverless.pluginManager.getPlugins().find((plugin) => 'zipFiles' in plugin);
    // By the name of the service: under that one, deploying looks for it.
    const name = this.serverless.getProvider('aws').naming.getServiceArtifactName();
    const artifact = await packaging.zipFiles(files, name, folder);
    for (const functionName of this.serverless.service.getAllFunctions()) {
      const definition = this.serverless.service.getFunction(functionName);
      definition.package = { ...definition.package, artifact };
    }
  }
}

/** Through npm, as package.json says how to build and which Node does it: osls may be running under an older one. */
async function build(serviceDir) {
  const onWindows = process.platform === 'win32';
  const npm = spawn(onWindows ? 'npm.cmd' : 'npm', ['run', '--silent', 'build'], {
    cwd: serviceDir,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: onWindows,
  });
  const [exitCode] = await once(npm, 'exit');
  return exitCode;
}
