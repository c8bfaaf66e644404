// Sends fibonacci(26) to a worker and prints the result, 121393.
import { fibonacci } from 'gwexample/analyses/tasks';

const result = await fibonacci.delay(26);
console.log(await result.get({ timeoutMs: 30_000 }));
