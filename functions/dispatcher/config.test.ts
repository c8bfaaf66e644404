import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

const env = { GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: 'https://sqs/dead' };

test.each([
  ['128', 3],
  ['256', 10],
  ['1769', 10],
])('a function of %s MB runs %i tasks at once, unless it is told otherwise', (memory, concurrency) => {
  const lambda = { ...env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory };
  expect(loadConfig(lambda).concurrency).toBe(concurrency);
  expect(loadConfig({ ...lambda, GIRDER_WORKER_CONCURRENCY: '2' }).concurrency).toBe(2);
});

test('a task may have what memory the dispatcher leaves, and outside of Lambda what Node allows', () => {
  expect(loadConfig({ ...env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769' }).maxHeapMb).toBe(1689);
  expect(loadConfig(env).maxHeapMb).toBeUndefined();
});

test('whatever is wrong is told at once, each with what is to be written', () => {
  const wrong = {
    GIRDER_WORKER_CONCURRENCY: 'many',
    GIRDER_WORKER_MAX_DELIVERIES: '0',
    GIRDER_WORKER_LOG_FORMAT: 'xml',
  };
  expect(() => loadConfig(wrong)).toThrow(
    /^The dispatcher cannot start:\n- .*LOG_FORMAT.*"xml"\n- .*DEAD_LETTER_QUEUE_URL.*\n- .*CONCURRENCY.*"many"\n- .*MAX_DELIVERIES.*"0"/,
  );
});
