import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireChromium } from '../support/requirements.ts';
import { hostile, idOf, ids } from './madeUpRuns.ts';
import { type OpenDashboard, openDashboard } from './openDashboard.ts';

describe.skipIf(!requireChromium())('the page of the dashboard, with 100 000 tasks', { timeout: 90_000 }, () => {
  let dashboard: OpenDashboard;
  beforeAll(async () => {
    dashboard = await openDashboard(100_000);
  });
  afterAll(() => dashboard?.stop());

  test('shows figures, charts, states, failures, queues and tasks of a time that the user chooses', async () => {
    const page = await dashboard.open('#/overview');
    await expect.poll(() => page.locator('.key-figures dt').allTextContents()).toContain('Dead letters');
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(2);
    expect(await page.locator('.card h2').allTextContents()).toEqual([
      ...['Throughput', 'Runtime', 'States', 'Failures by task', 'Queues', 'Tasks'],
    ]);
    expect(await page.getByText('not authorized to perform sqs:GetQueueAttributes').count()).toBe(1);
    const runs = page.locator('.card:last-child tbody tr:first-child td.number').first();
    const inAnHour = await runs.textContent();
    await page.getByRole('radio', { name: '6 h' }).check({ force: true });
    await page.waitForURL('**/#/overview?minutes=360');
    await expect.poll(() => runs.textContent()).not.toBe(inAnHour);
    expect(page.problems).toEqual([]);
  });

  test('sorts the tasks of the overview by a heading', async () => {
    const page = await dashboard.open('#/overview');
    await page.getByRole('button', { name: 'Task', exact: true }).click();
    const heading = page.getByRole('columnheader', { name: 'Task', exact: true });
    await expect.poll(() => heading.getAttribute('aria-sort')).toBe('ascending');
    expect(await page.locator('.card:last-child tbody th').first().textContent()).toBe('auth.expire_sessions');
  });

  test('tells that the connection is lost, and connects again', async () => {
    const page = await dashboard.open('#/overview');
    await page.route('**/data/events*', (route) => route.abort());
    await page.getByRole('radio', { name: '15 min' }).check({ force: true });
    await page.getByText('The connection to the dashboard is lost').waitFor();
    await page.unroute('**/data/events*');
    await page.getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => page.getByText('The connection to the dashboard is lost').count()).toBe(0);
  });

  test('tells what is wrong with the history', async () => {
    const { history } = dashboard.stack;
    const before = history.status;
    history.status = { ...before, state: 'failing', fault: 'AccessDenied on the table.', isComplete: false };
    try {
      const page = await dashboard.open('#/tasks');
      await page.getByText('The history cannot be read: AccessDenied on the table.').waitFor();
      await page.getByText('There are more tasks than the dashboard keeps').waitFor();
    } finally {
      history.status = before;
    }
  });

  test('looks for a text while it is typed, with one request, and keeps it in the address', async () => {
    const page = await dashboard.open('#/tasks');
    await page.getByText('of 100\u202f000 tasks').waitFor();
    expect(await page.locator('.task-table tbody tr').count()).toBe(100);
    const asked: string[] = [];
    page.on('request', (request) => request.url().includes('text=') && asked.push(request.url()));
    await page.getByLabel('Text in arguments').pressSequentially('Übersicht – GRÖSSE'.slice(0, 9));
    await page.waitForURL(/text=%C3%9Cbersicht/);
    await expect.poll(() => page.locator('.card .count').textContent()).toBe('1 task');
    expect(asked).toHaveLength(1);
    await page.reload();
    await expect.poll(() => page.locator('.card .count').textContent()).toBe('1 task');
    expect(await page.getByLabel('Text in arguments').inputValue()).toBe('Übersicht');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText('of 100\u202f000 tasks').waitFor();
    expect(page.problems).toEqual([]);
  });

  test('narrows the list by id, name, state and time, and goes back', async () => {
    const page = await dashboard.open('#/tasks');
    await page.getByLabel('State').selectOption('REVOKED');
    await page.waitForURL('**/#/tasks?state=REVOKED');
    await page.getByRole('combobox', { name: 'Name', exact: true }).selectOption('exports.zip_folder');
    await page.waitForURL('**/#/tasks?task=exports.zip_folder&state=REVOKED');
    await page.getByLabel('Received').selectOption('In the last 15 min');
    await page.waitForURL('**&minutes=15');
    await expect.poll(() => page.locator('.task-table tbody th').allTextContents()).not.toContain('celery');
    const states = await page.locator('.task-table tbody td .badge').allTextContents();
    expect(new Set(states)).toEqual(new Set(['REVOKED']));
    await page.goBack();
    await page.waitForURL('**/#/tasks?task=exports.zip_folder&state=REVOKED');
    await page.getByLabel('Id, or').fill(ids.revoked.slice(0, 12));
    await expect.poll(() => page.locator('.card .count').textContent()).toBe('1 task');
    await page.getByLabel('Received').selectOption('From … to …');
    await page.getByLabel('To', { exact: true }).fill('2020-01-01T00:00:00');
    await page.getByText('No task matches').waitFor();
    expect(page.problems).toEqual([]);
  });

  test('sorts and turns the pages of the list', async () => {
    const page = await dashboard.open('#/tasks');
    await page.getByRole('button', { name: 'Runtime' }).click();
    await page.waitForURL('**/#/tasks?sort=runtime');
    const heading = page.getByRole('columnheader', { name: 'Runtime' });
    await expect.poll(() => heading.getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.waitForURL('**/#/tasks?sort=runtime&page=2');
    await page.getByText('101–200 of').waitFor();
    await page.getByRole('button', { name: 'Last' }).click();
    await page.waitForURL('**&page=1000');
    await page.getByText('99\u202f901–100\u202f000 of').waitFor();
    await page.getByRole('button', { name: 'Runtime' }).click();
    await page.waitForURL('**/#/tasks?sort=runtime&order=asc');
    expect(page.problems).toEqual([]);
  });

  test('shows arguments, error and traceback of a task, and moves the focus to its heading', async () => {
    const page = await dashboard.open(`#/tasks?id=${ids.failed}`);
    await page.getByRole('link', { name: 'imaging.tiles.build_pyramid' }).click();
    await page.getByRole('heading', { name: 'imaging.tiles.build_pyramid' }).waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    expect(await page.getByRole('region', { name: 'Traceback' }).textContent()).toContain('process_stage_39');
    expect(await page.getByRole('region', { name: 'Positional arguments' }).textContent()).toContain('größe.tiff');
    expect(await page.getByRole('region', { name: 'Log lines' }).locator('tbody tr').allTextContents()).toEqual([
      expect.stringContaining('build_pyramid: reads 12 tiles'),
      expect.stringContaining('tile 17/3/9 has another number of bands'),
      expect.stringContaining('raised unexpected: ValueError'),
    ]);
    expect(page.problems).toEqual([]);
  });

  test('shows each delivery of a task that was retried', async () => {
    const page = await dashboard.open(`#/tasks/${ids.retried}`);
    await page.getByText('CloudWatch Logs has no log group of the worker').waitFor();
    await expect
      .poll(() => page.locator('.timeline tbody .badge').allTextContents())
      .toEqual(['RETRY', 'RETRY', 'SUCCESS']);
    expect(await page.locator('.track').count()).toBe(3);
    expect(await page.locator('.track .phase-run').count()).toBe(3);
  });

  test('follows a task that runs', async () => {
    const page = await dashboard.open(`#/tasks/${ids.running}`);
    await page.getByText('epoch 2 of 40', { exact: true }).waitFor();
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('1234');
    await page.waitForResponse((response) => response.url().endsWith(ids.running));
  });

  test('draws a canvas, whose nodes open their tasks', async () => {
    const page = await dashboard.open(`#/tasks/${ids.chordBody}`);
    await expect.poll(() => page.locator('.graph .node').count()).toBe(13);
    expect(await page.locator('.graph .edge-chord').count()).toBe(9); // Eight, and the one of the legend.
    expect(await page.locator('.graph .group-title').textContent()).toBe('group, 8 members');
    await page.getByRole('link', { name: /^collections.import_collection, SUCCESS/ }).click();
    await page.waitForURL(`**/#/tasks/${ids.chordRoot}`);
    await page.getByRole('link', { name: /^reports.monthly.render_pdf, FAILURE/ }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/#/tasks/${idOf(0xca)}`);
    expect(page.problems).toEqual([]);
  });

  test('says why a task cannot be shown', async () => {
    const page = await dashboard.open('#/tasks/unknown');
    await page.getByRole('alert').getByText('Neither the history nor the result table knows').waitFor();
  });

  test('reads dead letters and orphans only when it is asked to', async () => {
    const { reads } = dashboard.stack;
    const page = await dashboard.open('#/orphans');
    await page.getByRole('link', { name: 'Queues' }).click();
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
    expect(reads).toEqual({ deadLetters: 0, orphans: 0 });
    await page.getByRole('button', { name: 'Read dead letters' }).click();
    await page.getByText('The registry has no task "unknown.task"').waitFor();
    await page.getByRole('link', { name: 'Orphans' }).click();
    await page.getByRole('button', { name: 'Look for orphans' }).click();
    await page.getByText('The chord has counted 2 of 3 members').waitFor();
    await page.getByText('Only a part of the table was read').waitFor();
    expect(reads).toEqual({ deadLetters: 1, orphans: 1 });
    expect(page.problems).toEqual([]);
  });

  test('shows what senders of messages write as text', async () => {
    const page = await dashboard.open(`#/tasks?id=${ids.hostile}`);
    await page.locator('.task-table').getByText(hostile).first().waitFor();
    await page.goto(new URL(`#/tasks/${ids.hostile}`, page.url()).href);
    await page.getByRole('heading', { level: 1, name: hostile }).waitFor();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('dialog').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.goto(new URL('#/queues', page.url()).href);
    await page.getByRole('button', { name: 'Read dead letters' }).click();
    await page.locator('main table').getByText(hostile).first().waitFor();
    expect(await page.evaluate('window.wasAttacked')).toBeUndefined();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(page.problems).toEqual([]);
  });
});
