import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireChromium } from '../support/requirements.ts';
import { violationsIn } from './accessibility.ts';
import { ids } from './madeUpRuns.ts';
import type { DashboardPage } from './openBrowser.ts';
import { type OpenDashboard, openDashboard } from './openDashboard.ts';
import { takePicture } from './pictures.ts';

/** Each view, and what brings it into a state with much to see. */
const views: readonly (readonly [name: string, hash: string, prepare: (page: DashboardPage) => Promise<unknown>])[] = [
  ['the overview', '#/overview', (page) => page.locator('.chart canvas').nth(1).waitFor()],
  ['the list of tasks', '#/tasks', (page) => page.locator('.task-table').waitFor()],
  ['a search without a match', '#/tasks?text=nothing+has+this', (page) => page.getByText('No task matches').waitFor()],
  ['a task that failed', `#/tasks/${ids.failed}`, (page) => page.getByText('process_stage_39').first().waitFor()],
  ['a task that was retried', `#/tasks/${ids.retried}`, (page) => page.locator('.track').first().waitFor()],
  ['a task that runs', `#/tasks/${ids.running}`, (page) => page.getByRole('progressbar').waitFor()],
  ['a task with hostile texts', `#/tasks/${ids.hostile}`, (page) => page.locator('.track').first().waitFor()],
  ['a canvas', `#/tasks/${ids.chordBody}`, (page) => page.locator('.node').first().waitFor()],
  ['dead letters', '#/queues', (page) => pressed(page, 'Read dead letters', '.buttons.row')],
  ['orphans', '#/orphans', (page) => pressed(page, 'Look for orphans', 'tbody tr')],
  ['a question', `#/tasks/${ids.running}`, (page) => pressed(page, 'Terminate', 'dialog[open]')],
  ['a task that is sent again', `#/tasks/${ids.secret}`, (page) => pressed(page, 'Send again', 'dialog[open]')],
];

async function pressed(page: DashboardPage, name: string, result: string): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.locator(result).first().waitFor();
}

const looks = ['light', 'dark'].flatMap((theme) => [
  { theme: theme as 'light' | 'dark', width: 1280, height: 900 },
  { theme: theme as 'light' | 'dark', width: 360, height: 740 },
]);

describe.skipIf(!requireChromium())('the page can be used by all', { timeout: 60_000 }, () => {
  let dashboard: OpenDashboard;
  beforeAll(async () => {
    dashboard = await openDashboard(3000);
  });
  afterAll(() => dashboard?.stop());

  test.each(looks)(
    'in the $theme theme at $width × $height: axe finds nothing, and nothing is cut off',
    async ({ theme, width, height }) => {
      const page = await dashboard.open('#/overview', { colorScheme: theme, viewport: { width, height } });
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: theme });
      for (const [name, hash, prepare] of views) {
        await page.goto(new URL(hash, page.url()).href);
        await page.reload();
        await page.getByText('Live', { exact: true }).waitFor();
        await prepare(page);
        if (name === 'the overview' && width === 1280) await takePicture(page, `overview-${theme}`);
        const found = await violationsIn(page);
        expect.soft(found, name).toEqual([]);
        const hidden = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect.soft(hidden, `${name} is too wide`).toBeLessThanOrEqual(0);
      }
      expect(page.problems).toEqual([]);
    },
    180_000,
  );

  test('the first Tab leads to a link that skips the header', async () => {
    const page = await dashboard.open('#/tasks');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    expect(new URL(page.url()).hash).toBe('#/tasks');
  });

  test('charts take the colours of the theme when it changes', async () => {
    const page = await dashboard.open('#/overview', { colorScheme: 'light' });
    await page.locator('.chart canvas').nth(1).waitFor();
    await page.evaluate('void (window.canvasBefore = document.querySelector(".chart canvas"))');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction('document.querySelector(".chart canvas") !== window.canvasBefore');
  });

  test('a stack without runs says so in each part', async () => {
    const none = await openDashboard(0);
    try {
      none.stack.history.status = { ...none.stack.history.status, state: 'off', fault: 'The table does not exist.' };
      const page = await none.open('#/overview');
      await page.getByText('The table does not exist.').waitFor();
      expect(await page.locator('.card .empty').allTextContents()).toEqual([
        ...['No runs ended in this time.', 'No runs succeeded or failed in this time.'],
        ...['No tasks in this time.', 'No failures in this time.', 'No runs in this time.'],
      ]);
      expect(await violationsIn(page)).toEqual([]);
    } finally {
      await none.stop();
    }
  });
});
