// Sends fibonacci(26) to the queue and prints what a worker makes of it: 121393.
import { fibonacci } from 'gwexample/analyses/tasks';

const result = await fibonacci.delay(26);
console.log(await result.get({ timeoutMs: 30_000 }));
