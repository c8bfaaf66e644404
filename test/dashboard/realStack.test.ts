import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskPage } from '../../packages/girder-worker-dev/src/dashboard/data.ts';
import { type DashboardProcess, startDashboardProcess } from '../support/dashboardProcess.ts';
import { queueOfKilled, type RealisticMix, sendRealisticMix, waitForState } from '../support/realisticMix.ts';
import { requireChromium } from '../support/requirements.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/waitFor.ts';
import { violationsIn } from './accessibility.ts';
import { type DashboardBrowser, type DashboardPage, openBrowser } from './openBrowser.ts';
import { takePicture } from './pictures.ts';

/** The height of a picture in the documentation. */
const height = 820;

describe.skipIf(!requireChromium())('the dashboard of a real stack, in a browser,', { timeout: 90_000 }, () => {
  let stack: Stack;
  let mix: RealisticMix;
  let dashboard: DashboardProcess;
  let browser: DashboardBrowser;
  const start = () => startDashboardProcess(stack.env, '--actions', '--queues', `celery,${queueOfKilled}`);
  beforeAll(async () => {
    stack = await startStack({ plugins: ['labtasks'], history: true, concurrency: 4, timeoutSeconds: 300 });
    mix = await sendRealisticMix(stack);
    dashboard = await start();
    browser = await openBrowser(() => dashboard.url);
    await waitForState(mix.app.AsyncResult(mix.running), 'PROGRESS');
    for (const id of [mix.retried, mix.chordBody, mix.chain, mix.replaced])
      await waitForState(mix.app.AsyncResult(id), 'SUCCESS');
    // The runs of an invocation that goes on are in the history after ten seconds.
    const counted = async () => {
      const { total } = await dashboard.get<TaskPage>('/data/tasks?state=FAILURE');
      return total === mix.failed.length + 1 ? true : undefined;
    };
    await waitFor(counted, () => 'The history lacks failures.', { timeoutMs: 40_000 });
  }, 120_000);
  afterAll(async () => {
    await browser?.stop();
    await dashboard?.[Symbol.asyncDispose]();
    await stack?.stop();
  });

  /** The views, with what each must show, and the picture of the documentation that it is. */
  const views: readonly (readonly [
    name: string,
    hash: () => string,
    shows: (page: DashboardPage) => Promise<unknown>,
  ])[] = [
    [
      'overview of a stack',
      () => '#/overview?minutes=15',
      async (page) => {
        await page.locator('.chart canvas').nth(1).waitFor();
        const failures = page.locator('.card', { hasText: 'Failures by task' });
        await failures.getByText('labtasks.raises').waitFor({ timeout: 30_000 });
        await failures.getByText('ValueError').first().waitFor();
        await page.locator('.card', { hasText: 'Queues' }).getByText(queueOfKilled).waitFor();
      },
    ],
    [
      'tasks',
      () => '#/tasks?state=FAILURE',
      async (page) => {
        await page.getByText('5 tasks').first().waitFor();
        expect(await page.locator('.task-table tbody tr').count()).toBe(5);
        await page.getByText('ValueError("boom", 42)').first().waitFor();
      },
    ],
    [
      'canvas',
      () => `#/tasks/${mix.chordBody}`,
      async (page) => {
        await page.locator('.node').nth(4).waitFor();
        expect(await page.locator('.node').allTextContents()).toEqual(
          expect.arrayContaining([expect.stringMatching(/xsum.*SUCCESS/), expect.stringMatching(/add.*SUCCESS/)]),
        );
      },
    ],
    [
      'retries',
      () => `#/tasks/${mix.retried}`,
      async (page) => {
        await page.locator('.track').nth(2).waitFor();
        expect(await page.getByText('ValueError("again", 1)').count()).toBeGreaterThan(0);
      },
    ],
    [
      'failure',
      () => `#/tasks/${mix.withErrback}`,
      (page) => page.getByText('Traceback (most recent call last)').first().waitFor(),
    ],
    ['running', () => `#/tasks/${mix.running}`, (page) => page.getByRole('progressbar').waitFor()],
    [
      'dead-letters',
      () => '#/queues',
      async (page) => {
        await page.getByRole('button', { name: 'Read dead letters' }).first().click();
        await page.getByText('NOT_AN_ENVELOPE').first().waitFor();
      },
    ],
  ];

  test.each(['light', 'dark'] as const)('shows what runs, in the %s theme, and axe finds nothing', async (theme) => {
    const page = await browser.open('#/overview', { colorScheme: theme, viewport: { width: 1280, height } });
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: theme });
    for (const [name, hash, shows] of views) {
      await page.goto(new URL(hash(), page.url()).href);
      await page.reload();
      await page.getByText('Live', { exact: true }).waitFor();
      await shows(page);
      expect.soft(await violationsIn(page), name).toEqual([]);
      await takePicture(page, `${name}-${theme}`, name === 'canvas');
    }
    expect(page.problems).toEqual([]);
  });

  test('finds the task of the killed worker among the orphans', async () => {
    const page = await browser.open('#/orphans');
    const look = page.getByRole('button', { name: /Look for orphans|Read again/ });
    await expect
      .poll(
        async () => {
          await look.click();
          await page
            .getByText(/orphan/i)
            .first()
            .waitFor();
          return page.locator('tbody').allTextContents();
        },
        { timeout: 100_000, interval: 3000 },
      )
      .toEqual([expect.stringContaining('killed@')]);
  }, 120_000);

  test('terminates a running task, and shows that it has ended', async () => {
    const page = await browser.open(`#/tasks/${mix.running}`);
    await page.getByRole('button', { name: 'Terminate' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Terminate' }).click();
    await page.locator('h1 ~ .badge, .badge', { hasText: 'REVOKED' }).first().waitFor();
    await waitForState(mix.app.AsyncResult(mix.running), 'REVOKED');
  });

  test('after a restart, it shows the same tasks as before', async () => {
    const shown = async () => {
      const page = await browser.open('#/tasks?text=labtasks.keywords');
      await page.getByText('30 tasks').first().waitFor();
      const links = page.locator('.task-table tbody a');
      return (await links.evaluateAll((found) => found.map((link) => link.getAttribute('href')))).sort();
    };
    const before = await shown();
    dashboard.child.kill('SIGKILL');
    await dashboard.ended;
    dashboard = await start();
    expect(await shown()).toEqual(before);
    expect(before).toHaveLength(30);
  });
});
