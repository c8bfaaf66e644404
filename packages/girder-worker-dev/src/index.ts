/** The commands that build and run a deployment on a developer's machine; girder-worker's CLI loads them. */
import { createCommand } from 'create-girder-worker-plugin';
import type { DevPackage } from 'girder-worker/internal/cli';
import { buildCommand } from './cli/commands/build.ts';
import { buildRegistryCommand } from './cli/commands/buildRegistry.ts';
import { dashboardCommand } from './cli/commands/dashboard.ts';
import { devCommand } from './cli/commands/dev.ts';
import { doctorCommand } from './cli/commands/doctor.ts';
import { updateRegistry } from './cli/shared/updateRegistry.ts';

export const commands: DevPackage['commands'] = () => [
  devCommand(),
  createCommand(),
  buildRegistryCommand(),
  buildCommand(),
  doctorCommand(),
  dashboardCommand(),
];

export { updateRegistry };
