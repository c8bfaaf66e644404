import { expect, test } from 'vitest';
import { DateTime, Decimal, PlainDate, PlainTime, Uuid } from '../values.ts';
import { exceptionRepr, pythonBytesRepr } from './pythonRepr.ts';

// The expected texts are the output of Python's `repr`.

test.each<[unknown, string]>([
  [new Uuid('00000000-0000-0000-0000-000000000003'), "UUID('00000000-0000-0000-0000-000000000003')"],
  [new Decimal('1.50'), "Decimal('1.50')"],
  [new PlainDate('2024-01-02'), 'datetime.date(2024, 1, 2)'],
  [new PlainTime('01:02:00'), 'datetime.time(1, 2)'],
  [
    new DateTime('2024-01-02T03:04:05.000006+00:00'),
    'datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)',
  ],
  [Buffer.from("it's \xff\n", 'latin1'), String.raw`b"it's \xff\n"`],
  [[true, null, 10n ** 30n, 1e20], '[True, None, 1000000000000000000000000000000, 1e+20]'],
])('exceptionRepr shows the argument %o like Python', (argument, text) => {
  expect(exceptionRepr({ type: 'ValueError', args: [argument, 42] })).toBe(`ValueError(${text}, 42)`);
});

test('exceptionRepr shows a Reject like Celery', () => {
  expect(exceptionRepr({ type: 'Reject', args: ['not mine', false] })).toBe('reject requeue=False: not mine');
});

test('pythonBytesRepr escapes all bytes but printable ASCII', () => {
  expect(pythonBytesRepr(Buffer.from('a \'"\\\t\x00\x7f\x80\xa0\xe9', 'latin1'))).toBe(
    String.raw`b'a \'"\\\t\x00\x7f\x80\xa0\xe9'`,
  );
});
