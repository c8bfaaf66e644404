import { describe, expect, test } from 'vitest';
import { type ComparedCall, comparableCalls } from './callSequence.ts';
import { pythonCalls, recordedJobId } from './pythonCalls.ts';

function put(form: Record<string, string>, status = 200): ComparedCall {
  return { method: 'PUT', path: `job/${recordedJobId}`, query: {}, form, status };
}

const linesOf = (calls: readonly ComparedCall[]) => comparableCalls(calls, recordedJobId);

describe('the comparable form of the calls about a job', () => {
  test('has a line for each status, with the answer', () => {
    expect(linesOf(pythonCalls.success)).toEqual(['PUT job/ID status=2 -> 200', 'PUT job/ID status=3 -> 200']);
  });

  test('has one line for updates that follow each other, with the latest progress', () => {
    expect(linesOf(pythonCalls.progress)).toEqual([
      'PUT job/ID status=2 -> 200',
      'PUT job/ID log progressCurrent=4 progressMessage=Done progressTotal=4 -> 200',
      'PUT job/ID status=3 -> 200',
    ]);
  });

  test('does not depend on where the log is cut', () => {
    const [before, ...rest] = pythonCalls.failure;
    expect(linesOf([before!, put({ log: 'about' }), ...rest])).toEqual(linesOf(pythonCalls.failure));
  });

  test('shows progress that is sent after the final status, if it has changed', () => {
    expect(linesOf([put({ status: '3' }), put({ progressCurrent: '5' })])).toEqual([
      'PUT job/ID status=3 -> 200',
      'PUT job/ID progressCurrent=5 -> 200',
    ]);
  });

  test('shows a log that is sent after the final status', () => {
    expect(linesOf([put({ status: '3' }), put({ log: 'late' })])).toHaveLength(2);
  });

  test('has no polls', () => {
    expect(linesOf([put({}), { ...put({}), method: 'GET' }])).toEqual([]);
  });

  test('has no status that Girder refused', () => {
    expect(linesOf([put({ status: '2' }), put({ status: '3' }, 400), put({ status: '5' })])).toEqual([
      'PUT job/ID status=2 -> 200',
      'PUT job/ID status=5 -> 200',
    ]);
  });

  test('names the parameters of a new job, but not their values', () => {
    expect(linesOf(pythonCalls.parent)).toContain('POST job?args&handler&otherFields&public&title&type -> 200');
  });

  test('shows a status that Girder could not answer', () => {
    expect(linesOf([{ ...put({ status: '2' }), status: null }])).toEqual(['PUT job/ID status=2 -> null']);
  });
});
