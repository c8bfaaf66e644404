import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Parameters } from '../registry/registry.ts';
import { ArgumentError } from './bind.ts';

/** Thrown for arguments that the schema of a task refuses. Python sees a ValueError with the issues as its message. */
export class InvalidArgumentsError extends ArgumentError {
  override readonly name = 'ValueError';
}

/**
 * Validates bound arguments with the schema of the task option `args` (https://standardschema.dev), which sees them as a
 * list in the order of the parameters. Returns the arguments as the schema transformed them.
 *
 * Throws InvalidArgumentsError, whose message names each issue: `add() got invalid arguments: x: Expected number`.
 */
export async function validateArguments(
  task: string,
  { positional, rest }: Parameters,
  schema: StandardSchemaV1,
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  const { issues, value } = (await schema['~standard'].validate(args)) as {
    issues?: readonly StandardSchemaV1.Issue[];
    value?: unknown;
  };
  if (!issues) return Array.isArray(value) ? value : args;

  const name = task.slice(task.lastIndexOf('.') + 1);
  const texts = issues.map(({ message, path = [] }) => {
    const [place, ...inner] = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
    const parameter = typeof place === 'number' ? (positional[place]?.name ?? rest ?? place) : place;
    const where = [parameter, ...inner].filter((part) => part !== undefined).map(String);
    return where.length === 0 ? message : `${where.join('.')}: ${message}`;
  });
  throw new InvalidArgumentsError(`${name}() got invalid arguments: ${texts.join('; ')}`);
}
