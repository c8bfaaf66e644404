import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { count, displayPath, type Output } from '../shared/output.ts';
import { version } from '../shared/version.ts';

interface InitCommandOptions {
  readonly name?: string;
  readonly force?: true;
}

export function initCommand(): Command {
  return new Command('init')
    .description('Write the files of a deployment: package.json, serverless.yml, infra/ and README.')
    .argument('[folder]', 'folder of the deployment; created if it does not exist', '.')
    .option('--name <name>', 'name of the service (default: that of package.json, or of the folder)')
    .option('--force', 'replace serverless.yml and files of infra/ that exist')
    .addHelpText('after', help)
    .action(async (folder: string, { name, force }: InitCommandOptions, command: Command) => {
      const output = command.configureOutput() as Output;
      const { initDeployment } = await import('../../scaffold/deployment/initDeployment.ts'); // No other command needs it.
      const { ScaffoldError } = await import('../../scaffold/scaffoldError.ts');
      try {
        const created = await initDeployment({ folder, name, force: force === true, libraryVersion: version });
        output.writeOut(report(folder, created.name, created.files));
      } catch (error) {
        if (!(error instanceof ScaffoldError)) throw error;
        output.writeErr(`${error.message}\n`);
        process.exitCode = 1;
      }
    });
}

const help = `
A package.json that exists keeps all that it says, and gets what it lacks. A .gitignore and a README.md that exist stay.

Examples:
  $ girder-worker init
  $ girder-worker init my-deployment --name image-tasks`;

function report(folder: string, name: string, files: readonly string[]): string {
  const path = displayPath(resolve(folder)) || '.';
  const isHere = relative(process.cwd(), resolve(folder)) === '';
  return `Wrote ${count(files.length, 'file')} of the deployment ${name} to ${path}:
${files.map((file) => `  ${file}\n`).join('')}
Next steps:
${isHere ? '' : `  cd ${path}\n`}  npm install
  npm install <plugin>                      a package with tasks; npm create girder-worker-plugin my-plugin creates one
  npm run build-registry
  npm run dev
`;
}
