import { configDefaults, defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/support/summaryReporter.ts';

export default defineConfig({
  test: {
    include: ['{packages,plugins,functions,test}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, '**/dist/**', '**/.build/**', 'test/fixtures/**'],
    // Processes, not threads: tests start threads of their own, change the environment, and end processes.
    pool: 'forks',
    // For the slow ones (emulators, bundles, child processes) on a machine that is busy with the others.
    testTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    reporters: ['default', new SummaryReporter()],
  },
});
