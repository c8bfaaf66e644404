import type { Page } from 'playwright-core';
import { startDashboard } from '../../packages/girder-worker-dev/src/dashboard/server/startDashboard.ts';
import { createMadeUpStack, type MadeUpStack } from './madeUpStack.ts';
import { type DashboardBrowser, openBrowser } from './openBrowser.ts';

/** The dashboard of a made-up stack, and a browser. */
export interface OpenDashboard extends DashboardBrowser {
  readonly stack: MadeUpStack;
}

/** Resolves to the real server and the real page, with a stack in memory. */
export async function openDashboard(tasks: number, hasActions = true): Promise<OpenDashboard> {
  const stack = createMadeUpStack(tasks, hasActions);
  const dashboard = await startDashboard(stack, { port: 0 });
  const browser = await openBrowser(() => dashboard.url);
  return {
    stack,
    open: browser.open,
    async stop() {
      await browser.stop();
      await dashboard.stop();
    },
  };
}

/** Presses Tab until the element with this label or text has the focus. Rejects if that does not happen. */
export async function tabTo(page: Page, label: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press(key);
    const name = await page.evaluate<string>(
      '((focused) => focused.getAttribute("aria-label") ?? focused.textContent.trim())(document.activeElement)',
    );
    if (name.startsWith(label)) return;
    seen.push(name.slice(0, 40));
  }
  throw new Error(`"${label}" cannot be reached with ${key}, only: ${seen.join(' | ')}`);
}
