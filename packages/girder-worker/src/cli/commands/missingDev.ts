import { Command } from 'commander';

const descriptions = {
  dev: 'Run the whole stack on this machine.',
  create: 'Create the package of a new plugin.',
  'build-registry': 'Write the registry: the file that lists the tasks of all plugins.',
  doctor: 'Check a deployed stack.',
  dashboard: 'Show tasks, queues and dead letters as a web page.',
  build: 'Write the registry, and bundle the functions for Lambda.',
};

/** The commands of the package girder-worker-dev where it is not installed: each says how to install it. */
export function missingDevCommands(): Command[] {
  return Object.entries(descriptions).map(([name, description]) =>
    new Command(name)
      .description(`${description} (in the package girder-worker-dev, which is not installed)`)
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action((_, command: Command) =>
        command.error(
          `girder-worker: The command ${name} is in the package girder-worker-dev, which is not installed. Run: npm install --save-dev girder-worker-dev`,
        ),
      ),
  );
}
