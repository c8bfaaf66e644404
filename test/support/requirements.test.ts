import { describe, expect, test } from 'vitest';
import { isMet, type Requirement } from './requirements.ts';

const met: Requirement = { name: 'Node', probes: [[process.execPath, '--version']], remedy: 'None.' };
const missing: Requirement = {
  name: 'a tool that does not exist',
  probes: [
    [process.execPath, '--version'],
    ['girder-worker-no-such-tool', '--version'],
  ],
  remedy: 'Install it.',
};
const broken: Requirement = {
  name: 'a failing tool',
  probes: [[process.execPath, '--no-such-flag']],
  remedy: 'Repair it.',
};

describe('a requirement', () => {
  test('is met if all its commands succeed', () => {
    expect(isMet(met, {})).toBe(true);
  });

  test.each([missing, broken])('is not met without $name, so that its tests are skipped', (requirement) => {
    expect(isMet(requirement, {})).toBe(false);
    expect(isMet(requirement, { CI: 'false', GIRDER_WORKER_REQUIRE_ALL: '0' })).toBe(false);
  });

  test.each([{ CI: 'true' }, { GIRDER_WORKER_REQUIRE_ALL: '1' }])(
    'that is not met throws with %o, so that its tests fail',
    (env) => {
      expect(() => isMet(missing, env)).toThrow(
        'These tests need a tool that does not exist, and must not be skipped here. Install it.',
      );
      expect(isMet(met, env)).toBe(true);
    },
  );
});
