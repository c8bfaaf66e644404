import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { startDashboard } from '../../packages/girder-worker-dev/src/dashboard/server/startDashboard.ts';
import { chromiumPath } from '../support/requirements.ts';
import { createMadeUpStack, type MadeUpStack } from './madeUpStack.ts';

/** The dashboard of a made-up stack, and a browser. */
export interface OpenDashboard {
  readonly stack: MadeUpStack;
  /** Opens a view of the page, such as `#/tasks`, with cookies of its own. Closes the page that was open before. */
  open(hash: string, options?: BrowserContextOptions): Promise<DashboardPage>;
  stop(): Promise<void>;
}

export interface DashboardPage extends Page {
  /** Errors of the page and of its content security policy. */
  readonly problems: string[];
}

/** Resolves to the real server and the real page, with a stack in memory. */
export async function openDashboard(tasks: number, hasActions = true): Promise<OpenDashboard> {
  const stack = createMadeUpStack(tasks, hasActions);
  const dashboard = await startDashboard(stack, { port: 0 });
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  let last: BrowserContext | undefined;
  return {
    stack,
    async open(hash, options = {}) {
      await last?.close();
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      last = context;
      await context.request.get(dashboard.url); // Sets the cookie.
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', ({ message }) => problems.push(message));
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      await page.goto(`${new URL(dashboard.url).origin}/${hash}`);
      await page.getByText('Live', { exact: true }).waitFor();
      return Object.assign(page, { problems });
    },
    async stop() {
      await browser.close();
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
