import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

const bundleFolder = path.join('.build', 'dispatcher');

/** Lambda's limit for an archive that is not uploaded by S3: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const directUploadBytes = 50 * 1024 * 1024;

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
      // `serverless deploy function` uploads the archive itself, in place of a bucket.
      'before:deploy:function:packageFunction': async () => this.#checkDirectUpload(await this.#packageBundle()),
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
    return artifact;
  }

  async #checkDirectUpload(artifact) {
    const { size } = await stat(artifact);
    if (size <= directUploadBytes) return;
    const { Error: ServerlessError } = this.serverless.classes;
    throw new ServerlessError(
      `The archive has ${(size / 1e6).toFixed(1)} MB, and Lambda takes more than ${(directUploadBytes / 1e6).toFixed(1)} MB from S3 only: run serverless deploy. The output of the build above names the plugin with the largest share.`,
      'ARCHIVE_TOO_LARGE',
    );
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
