import { expect, test } from 'vitest';
import { checkClock } from './clock.ts';

test.each([
  [0, 'ok', '0 s behind SQS'],
  [-9_000, 'ok', '9 s behind SQS'],
  [30_000, 'warning', '30 s ahead of SQS'],
  [-600_000, 'failure', '600 s behind SQS'],
  [undefined, 'notChecked', 'No answer of SQS had the header Date.'],
])('a clock that is %d ms ahead is %s', (skewMs, status, found) => {
  expect(checkClock(skewMs)).toMatchObject({ status, found });
});
