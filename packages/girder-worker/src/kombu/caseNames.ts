/** Converts a name of Python to TypeScript: `task_id` becomes `taskId`. A leading `_` stays. */
export function toCamelCase(name: string): string {
  return name.replaceAll(/(?<=\w)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Converts a name of TypeScript to Python: `taskId` becomes `task_id`. */
export function toSnakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
