import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPython } from '../../scripts/installations/pythonVenv.ts';

export { installPython, makeVenv } from '../../scripts/installations/pythonVenv.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The packages that Kombu needs for YAML, msgpack and brotli. */
const serializers = ['pyyaml', 'msgpack', 'brotli'];

/**
 * Resolves to the path of the Python executable of a virtual environment with this version of `celery[sqs]` and boto3. All
 * versions are those of `constraints-<version>.txt` in this folder. The first call creates it with pip, outside the
 * repository.
 *
 * Needs Python (`requirePython`) and, for the first call, PyPI. Rejects with an Error with pip's output if pip fails.
 */
export async function pythonVenv(celeryVersion: string): Promise<string> {
  const constraints = path.join(here, `constraints-${celeryVersion}.txt`);
  return installPython(`celery-${celeryVersion}`, constraints, [
    `celery[sqs]==${celeryVersion}`,
    'boto3',
    ...serializers,
  ]);
}

/** As `pythonVenv` of the latest Celery, with OpenTelemetry's instrumentation of Celery. All versions are those of `constraints-traced.txt`. */
export async function tracedVenv(): Promise<string> {
  const opentelemetry = ['opentelemetry-sdk', 'opentelemetry-instrumentation-celery'];
  const packages = ['celery[sqs]', 'boto3', ...serializers, ...opentelemetry];
  return installPython('celery-traced', path.join(here, 'constraints-traced.txt'), packages);
}
