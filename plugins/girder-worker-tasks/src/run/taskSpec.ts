import { asFields, describe, type Fields, fieldsOf, listOf, own, textOf } from '../fields.ts';

/** An input or an output of a task spec. */
export interface Port {
  readonly id: string;
  /** Absent for any value, which is neither checked nor converted. */
  readonly type: string | undefined;
  readonly format: string | undefined;
  /** Where the task has the data: in a variable, or in a file whose path it gets. Undefined if the spec does not say. */
  readonly target: 'memory' | 'filepath' | undefined;
  /** The binding of an input that is not given. */
  readonly default: Fields | undefined;
  /** The spec as it was sent, for what only one mode knows. */
  readonly fields: Fields;
}

/** A task as the sender describes it. */
export interface TaskSpec {
  readonly mode: string;
  readonly inputs: ReadonlyMap<string, Port>;
  readonly outputs: ReadonlyMap<string, Port>;
  /** The spec as it was sent, for what only one mode knows. */
  readonly fields: Fields;
}

/** Reads a task spec. Throws if it has not the form of one. */
export function readTaskSpec(value: unknown): TaskSpec {
  const fields = asFields(value, 'The task');
  return {
    mode: textOf(fields, 'mode', 'the task') ?? 'python',
    inputs: readPorts(fields, 'inputs'),
    outputs: readPorts(fields, 'outputs'),
    fields,
  };
}

function readPorts(task: Fields, side: 'inputs' | 'outputs'): ReadonlyMap<string, Port> {
  const ports = new Map<string, Port>();
  for (const [index, value] of listOf(task, side, 'the task').entries()) {
    const port = readPort(
      asFields(value, `Item ${index + 1} of "${side}" of the task`),
      `item ${index + 1} of "${side}"`,
    );
    if (ports.has(port.id)) throw new Error(`"${side}" of the task has two items with the id "${port.id}".`);
    ports.set(port.id, port);
  }
  return ports;
}

function readPort(fields: Fields, subject: string): Port {
  const id = textOf(fields, 'id', subject) ?? textOf(fields, 'name', subject);
  if (id === undefined) throw new Error(`${subject} of the task has neither "id" nor "name".`);
  const byDefault = own(fields, 'default');
  return {
    id,
    type: textOf(fields, 'type', subject),
    format: textOf(fields, 'format', subject),
    target: readTarget(textOf(fields, 'target', subject), subject),
    default: byDefault === undefined ? undefined : asFields(byDefault, `"default" of ${subject}`),
    fields,
  };
}

function readTarget(target: string | undefined, subject: string): Port['target'] {
  if (target === undefined || target === 'memory' || target === 'filepath') return target;
  throw new Error(`"target" of ${subject} must be "memory" or "filepath", got ${describe(target)}.`);
}

/** Returns the bindings of all inputs, in the order of the spec: those given, and defaults for the others. */
export function bindInputs({ inputs: ports }: TaskSpec, given: Fields): ReadonlyMap<string, Fields> {
  assertDeclared('Input', ports, given);
  const bindings = new Map<string, Fields>();
  for (const port of ports.values()) {
    const binding = own(given, port.id) ?? port.default;
    if (binding === undefined) throw new Error(`Required input "${port.id}" is not provided, and has no default.`);
    bindings.set(port.id, asFields(binding, `The binding of input "${port.id}"`));
  }
  return bindings;
}

/** Returns the bindings of all outputs, in the order of the spec. An output that is not bound is returned inline. */
export function bindOutputs({ outputs: ports }: TaskSpec, given: Fields): ReadonlyMap<string, Fields> {
  assertDeclared('Output', ports, given);
  return new Map([...ports.keys()].map((id) => [id, fieldsOf(given, id, 'the outputs')]));
}

function assertDeclared(side: string, ports: ReadonlyMap<string, Port>, given: Fields): void {
  for (const name of Object.keys(given)) {
    if (ports.has(name)) continue;
    const known = [...ports.keys()].map((id) => `"${id}"`).join(', ') || 'none';
    throw new Error(`${side} "${name}" is bound, but the task has no such ${side.toLowerCase()}. It has: ${known}.`);
  }
}

/** Returns the format of a binding, which is that of the port unless the binding names another. */
export function formatOf(binding: Fields, port: Port, subject: string): string | undefined {
  return textOf(binding, 'format', `the binding of ${subject}`) ?? port.format;
}
