// Asks the registry of npm for known vulnerabilities of the installed packages. The last line is for `.ci/run`: it is one test,
// which fails for a vulnerability of level moderate or higher, and is skipped if the registry does not answer.

import { spawnSync } from 'node:child_process';

/** What an answer of `npm audit --json` means, with the lines to print. `skipped`: it is no answer. */
export interface AuditVerdict {
  readonly kind: 'passed' | 'failed' | 'skipped';
  readonly lines: readonly string[];
}

interface Answer {
  readonly vulnerabilities?: Readonly<Record<string, { name: string; severity: string; range: string }>>;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

const refused: readonly string[] = ['moderate', 'high', 'critical'];

export function auditVerdict(output: string): AuditVerdict {
  const answer = parse(output);
  if (!answer?.vulnerabilities) {
    const reason = answer?.message ?? answer?.error?.summary ?? output.trim().split('\n')[0];
    return { kind: 'skipped', lines: [`npm audit: the registry does not answer, so nothing was checked: ${reason}`] };
  }
  const found = Object.values(answer.vulnerabilities);
  return {
    kind: found.some(({ severity }) => refused.includes(severity)) ? 'failed' : 'passed',
    lines: [
      `npm audit: packages with known vulnerabilities: ${found.length}`,
      ...found.map(({ name, severity, range }) => `${severity}: ${name} ${range}`),
    ],
  };
}

function parse(output: string): Answer | undefined {
  try {
    return JSON.parse(output) as Answer;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: 90_000 });
  const { kind, lines } = auditVerdict(stdout || stderr || 'npm did not run');
  console.log(lines.join('\n'));
  console.log(`${kind === 'passed' ? 1 : 0} passed, ${kind === 'failed' ? 1 : 0} failed`);
  process.exitCode = kind === 'failed' ? 1 : 0;
}
