#!/usr/bin/env node
import { createCommand } from './createCommand.ts';

const command = createCommand({
  name: 'create-girder-worker-plugin',
  // npm passes options after `--` on to this program.
  invocation: 'npm create girder-worker-plugin --',
});

try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`create-girder-worker-plugin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
