import { availableParallelism } from 'node:os';

/** Lambda gives a function one core for each 1769 MB (AWS Lambda Developer Guide, "Configure Lambda function memory"). */
const memoryMbPerCore = 1769;

/**
 * How many cores this process can use at the same time; a fraction for a function that has a part of a core.
 *
 * @param functionMemoryMb the memory of the Lambda function; undefined for another process
 */
export function availableCores(functionMemoryMb?: number): number {
  const cores = availableParallelism();
  return functionMemoryMb === undefined ? cores : Math.min(cores, functionMemoryMb / memoryMbPerCore);
}
