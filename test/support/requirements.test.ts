import { describe, expect, test } from 'vitest';
import { isMet, type Requirement } from './requirements.ts';

const met: Requirement = { name: 'Node', probes: [[process.execPath, '--version']], remedy: 'None is needed.' };
const missing: Requirement = {
  name: 'a tool that nobody has',
  probes: [
    [process.execPath, '--version'],
    ['girder-worker-no-such-tool', '--version'],
  ],
  remedy: 'Write it.',
};
const broken: Requirement = {
  name: 'a failing tool',
  probes: [[process.execPath, '--no-such-flag']],
  remedy: 'Mend it.',
};

describe('a requirement', () => {
  test('is met if all of its commands succeed', () => {
    expect(isMet(met, {})).toBe(true);
  });

  test.each([missing, broken])('is not met without $name, and its tests are then skipped', (requirement) => {
    expect(isMet(requirement, {})).toBe(false);
    expect(isMet(requirement, { CI: 'false', GIRDER_WORKER_REQUIRE_ALL: '0' })).toBe(false);
  });

  test.each([{ CI: 'true' }, { GIRDER_WORKER_REQUIRE_ALL: '1' }])('that is not met fails its tests with %o', (env) => {
    expect(() => isMet(missing, env)).toThrow(
      'These tests need a tool that nobody has, and may not be skipped here. Write it.',
    );
    expect(isMet(met, env)).toBe(true);
  });
});
