import { expect, test } from 'vitest';
import { auditVerdict } from '../../scripts/audit.ts';

const answer = (severity: string) =>
  JSON.stringify({ vulnerabilities: { left: { name: 'left', severity, range: '<2' } }, metadata: {} });

test('the audit passes if no package has a known vulnerability, or only one of level low', () => {
  expect(auditVerdict('{"vulnerabilities": {}}').kind).toBe('passed');
  expect(auditVerdict(answer('low')).kind).toBe('passed');
});

test.each(['moderate', 'high', 'critical'])(
  'the audit fails for a vulnerability of level %s, and names the package',
  (severity) => {
    expect(auditVerdict(answer(severity))).toEqual({
      kind: 'failed',
      lines: ['npm audit: packages with known vulnerabilities: 1', `${severity}: left <2`],
    });
  },
);

test.each([
  ['{"message": "405 Method Not Allowed", "error": {}}', '405 Method Not Allowed'],
  ['{"error": {"code": "ENOTFOUND", "summary": "no network"}}', 'no network'],
  ['npm error network', 'npm error network'],
])('the audit is skipped, and says why, if the registry does not answer: %s', (output, reason) => {
  expect(auditVerdict(output)).toEqual({
    kind: 'skipped',
    lines: [`npm audit: the registry does not answer, so nothing was checked: ${reason}`],
  });
});
