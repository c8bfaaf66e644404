// The tasks of bench/benchtasks for BullMQ, which calls one function with the name of the job. It runs in the process of the
// worker or, if BullMQ gets the URL of this file, in worker threads.

const tasks: Readonly<Record<string, (data: never) => unknown>> = {
  noop: () => null,
  echo: (text: string) => text,
  fibonacci,
};

export default async function run({ name, data }: { name: string; data: unknown }): Promise<unknown> {
  return tasks[name]!(data as never);
}

function fibonacci(n: number): number {
  return n <= 2 ? 1 : fibonacci(n - 1) + fibonacci(n - 2);
}
