// npm run localstack: an emulator of AWS on this machine, for `serverless deploy`.
import { parseArgs } from 'node:util';
import { runDocker } from './docker.ts';
import { runMinistack } from './ministack.ts';
import { hasDocker } from './present.ts';

const usage = `Usage: npm run localstack -- [options]

Runs an emulator of AWS on 127.0.0.1 until Ctrl-C: LocalStack in Docker, or MiniStack if Docker does not run.

Options:
  --port <number>     port (default: 4566)
  --emulator <name>   localstack or ministack, both in Docker; or ministack-python, without Docker
  -h, --help          print this text`;

function fail(problem: string): never {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}

function readOptions(): { port: number; emulator: string | undefined } {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, emulator: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    return { port: Number(values.port ?? 4566), emulator: values.emulator };
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { port, emulator = (await hasDocker()) ? 'localstack' : 'ministack-python' } = readOptions();
if (!Number.isInteger(port) || port < 1 || port > 65535) fail('--port must be an integer from 1 to 65535.');
switch (emulator) {
  case 'localstack':
  case 'ministack':
    process.exitCode = await runDocker(emulator, port);
    break;
  case 'ministack-python':
    process.exitCode = await runMinistack(port);
    break;
  default:
    fail(`--emulator must be localstack, ministack or ministack-python, got "${emulator}".`);
}
