import type { Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireChromium } from '../support/requirements.ts';
import { ids } from './madeUpRuns.ts';
import type { DashboardPage } from './openBrowser.ts';
import { type OpenDashboard, openDashboard, tabTo } from './openDashboard.ts';

describe.skipIf(!requireChromium())('the actions of the page', { timeout: 60_000 }, () => {
  let dashboard: OpenDashboard;
  let readOnly: OpenDashboard;
  beforeAll(async () => {
    dashboard = await openDashboard(2000);
    readOnly = await openDashboard(2000, false);
  });
  afterAll(() => Promise.all([dashboard?.stop(), readOnly?.stop()]));

  /** Presses a button of a dialog, and resolves to the request that it sends. */
  async function confirm(page: DashboardPage, name: string): Promise<Request> {
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.method() === 'POST'),
      page.getByRole('dialog').getByRole('button', { name }).click(),
    ]);
    return request;
  }

  test('a task is terminated after a question, with the token of the session', async () => {
    const page = await dashboard.open(`#/tasks/${ids.running}`);
    const session = await page.evaluate<{ actionToken: string }>('fetch("/data/session").then((a) => a.json())');
    await page.getByRole('button', { name: 'Terminate' }).click();
    expect(await page.getByRole('dialog').textContent()).toContain('ended in the middle of its work');
    const request = await confirm(page, 'Terminate');
    expect(new URL(request.url()).pathname).toBe('/actions/revoke');
    expect(request.postDataJSON()).toEqual({ ids: [ids.running], terminate: true });
    expect(request.headers()['x-girder-worker-token']).toBe(session.actionToken);
    await page.getByText('1 task: runs and is ended.').waitFor();
    expect(dashboard.stack.changes).toContain(`terminated ${ids.running}`);
    expect(page.problems).toEqual([]);
  });

  test('a task is revoked with the keyboard alone', async () => {
    const page = await dashboard.open('#/overview');
    await tabTo(page, 'Tasks');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/#/tasks');
    await page.locator('.task-table').waitFor();
    for (const _ of ['Refresh every', 'Refresh', 'Text', 'Id']) await page.keyboard.press('Tab');
    await page.keyboard.type(ids.running);
    await expect.poll(() => page.locator('.card .count').textContent()).toBe('1 task');
    await tabTo(page, 'Select ml.train_classifier');
    await page.keyboard.press('Space');
    await tabTo(page, 'Revoke', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'Revoke');
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.method() === 'POST'),
      page.keyboard.press('Enter'),
    ]);
    expect(request.postDataJSON()).toEqual({ ids: [ids.running], terminate: false });
    await page.getByText('this.canceled becomes true in it').waitFor();
    expect(page.problems).toEqual([]);
  });

  test('nothing is sent if the question is answered with no; the focus returns to the button', async () => {
    const page = await dashboard.open(`#/tasks/${ids.running}`);
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
    for (const answer of ['Escape', 'Cancel']) {
      await page.getByRole('button', { name: 'Revoke' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      if (answer === 'Escape') await page.keyboard.press('Escape');
      else await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Revoke');
    }
    expect(sent).toEqual([]);
  });

  test('a task is sent again when the values that the history hides are written in', async () => {
    const page = await dashboard.open(`#/tasks/${ids.secret}`);
    await page.getByRole('button', { name: 'Send again' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByText('The history hides values of secrets').count()).toBe(1);
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByRole('alert').getByText('Replace each').waitFor();
    await dialog.getByLabel('Arguments, a list').fill('["ada", "the secret"]');
    await dialog.getByLabel('Keyword arguments').fill('{"when": "2026-01-02"}');
    const request = await confirm(page, 'Send');
    expect(request.postDataJSON()).toEqual({
      ...{ task: 'auth.expire_sessions', queue: 'celery' },
      ...{ argsJson: '["ada", "the secret"]', kwargsJson: '{"when": "2026-01-02"}' },
    });
    await page.locator('.answer a').waitFor();
    expect(dashboard.stack.changes).toContain(
      'sent auth.expire_sessions ["ada","the secret"] {"when":"2026-01-02"} to celery',
    );
    expect(page.problems).toEqual([]);
  });

  test('results of several tasks are forgotten', async () => {
    const page = await dashboard.open('#/tasks?state=SUCCESS');
    await page.locator('.task-table').waitFor();
    for (const index of [1, 2, 3]) await page.locator('.task-table input[type=checkbox]').nth(index).check();
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Forget' }).click();
    const request = await confirm(page, 'Forget');
    expect((request.postDataJSON() as { ids: string[] }).ids).toHaveLength(3);
    await page.getByText('3 results forgotten').waitFor();
    expect(await page.locator('.task-table input:checked').count()).toBe(0);
  });

  test('a dialog shows why an action has failed, and can be confirmed again', async () => {
    const page = await dashboard.open(`#/tasks/${ids.failed}`);
    const body = JSON.stringify({ error: { code: 'AWS_FAILED', message: 'The table throttles.' } });
    await page.route('**/actions/forget', (route) => route.fulfill({ status: 502, body }));
    await page.getByRole('button', { name: 'Forget' }).click();
    await confirm(page, 'Forget');
    await page.getByRole('dialog').getByRole('alert').getByText('The table throttles.').waitFor();
    await page.unroute('**/actions/forget');
    await confirm(page, 'Forget');
    await page.getByText('1 result forgotten').waitFor();
  });

  test('dead letters are replayed and deleted: one, some and all', async () => {
    const page = await dashboard.open('#/queues?queue=celery');
    await page.getByRole('button', { name: 'Read dead letters' }).click();
    await page.getByRole('button', { name: 'Replay imaging.tiles.render_tile' }).click();
    const one = await confirm(page, 'Replay');
    expect(one.postDataJSON()).toEqual({ queue: 'celery', messageIds: ['message-1'], action: 'replay' });
    await page.getByText('5 dead letters', { exact: true }).waitFor();
    await page.getByLabel('Select unknown.task').check();
    await page.getByLabel('Select mail.send_digest').check();
    await page.getByRole('button', { name: 'Delete 2 selected' }).click();
    const some = await confirm(page, 'Delete');
    expect(some.postDataJSON()).toEqual({
      ...{ queue: 'celery', messageIds: ['message-2', 'message-3'], action: 'delete' },
    });
    await page.getByText('3 dead letters', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Replay all' }).click();
    const all = await confirm(page, 'Replay');
    expect((all.postDataJSON() as { messageIds: string[] }).messageIds).toHaveLength(3);
    await page.getByText('There are no dead letters that can be read now.').waitFor();
    expect(page.problems).toEqual([]);
  });

  test('a dashboard without actions has no buttons for them, and says how to get them', async () => {
    for (const hash of ['#/tasks', `#/tasks/${ids.running}`, '#/queues']) {
      const page = await readOnly.open(hash);
      await page.getByText('girder-worker dashboard --actions').waitFor();
      await page.getByText('Read-only', { exact: true }).waitFor();
      expect(await page.getByRole('button', { name: /Revoke|Terminate|Forget|Send|Replay|Delete/ }).count()).toBe(0);
      expect(await page.locator('main table input[type=checkbox]').count()).toBe(0);
    }
  });
});
