import { expect, test } from 'vitest';
import { loadDispatcherConfig } from './dispatcherConfig.ts';

test.each([
  ['128', 1],
  ['512', 6],
  ['1769', 10],
])('a function with %s MB runs %i tasks at the same time, unless its concurrency is set', (memory, concurrency) => {
  const lambda = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory };
  expect(loadDispatcherConfig(lambda).concurrency).toBe(concurrency);
  expect(loadDispatcherConfig({ ...lambda, GIRDER_WORKER_CONCURRENCY: '2' }).concurrency).toBe(2);
});

test('the heap limit of a task is its part of the memory of the function less that of the dispatcher; outside of Lambda there is none', () => {
  expect(loadDispatcherConfig({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769' }).maxHeapMb).toBe(168);
  const env = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769', GIRDER_WORKER_CONCURRENCY: '1' };
  expect(loadDispatcherConfig(env).maxHeapMb).toBe(1689);
  expect(loadDispatcherConfig({}).maxHeapMb).toBeUndefined();
});

test('one error lists all invalid settings, each with what it must be', () => {
  const wrong = {
    GIRDER_WORKER_CONCURRENCY: 'many',
    GIRDER_WORKER_MAX_DELIVERIES: '0',
    GIRDER_WORKER_LOG_FORMAT: 'xml',
  };
  expect(() => loadDispatcherConfig(wrong)).toThrow(
    /^The dispatcher cannot start:\n- .*LOG_FORMAT.*"xml"\n- .*CONCURRENCY.*"many"\n- .*MAX_DELIVERIES.*"0"/,
  );
});

test('the error has no stack, so that the line of Lambda about it shows the settings alone', () => {
  const load = () => loadDispatcherConfig({ GIRDER_WORKER_CONCURRENCY: 'many' });
  const fault = 'GIRDER_WORKER_CONCURRENCY must be a positive integer, got "many"';
  expect(load).toThrow(
    expect.objectContaining({ stack: `ConfigurationError: The dispatcher cannot start:\n- ${fault}` }),
  );
});

test('the error lists the faults of broker and backend, too', () => {
  const wrong = { GIRDER_WORKER_BROKER: 'redis://localhost', GIRDER_WORKER_BACKEND: 'redis://localhost' };
  expect(() => loadDispatcherConfig(wrong)).toThrow(
    /^The dispatcher cannot start:\n- .*_BROKER is not.*\n- .*_BACKEND is not/,
  );
});

test('metrics are off, unless they are switched on', () => {
  const connected = { GIRDER_WORKER_BROKER: 'sqs://', GIRDER_WORKER_BACKEND: 'dynamodb://@us-east-1/celery' };
  const hasMetrics = (value?: string) =>
    loadDispatcherConfig({ ...connected, GIRDER_WORKER_METRICS: value }).hasMetrics;
  expect([hasMetrics(), hasMetrics(''), hasMetrics('off'), hasMetrics('on')]).toEqual([false, false, false, true]);
  expect(() => hasMetrics('yes')).toThrow('GIRDER_WORKER_METRICS must be "on" or "off", got "yes"');
});
