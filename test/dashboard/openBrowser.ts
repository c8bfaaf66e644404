import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../support/requirements.ts';

/** A browser for the pages of a dashboard. */
export interface DashboardBrowser {
  /** Opens a view of the page, such as `#/tasks`, with cookies of its own. Closes the page that was open before. */
  open(hash: string, options?: BrowserContextOptions): Promise<DashboardPage>;
  stop(): Promise<void>;
}

export interface DashboardPage extends Page {
  /** Errors of the page and of its content security policy. */
  readonly problems: string[];
}

/** @param url returns the address of the dashboard, with its token */
export async function openBrowser(url: () => string): Promise<DashboardBrowser> {
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  let last: BrowserContext | undefined;
  return {
    async open(hash, options = {}) {
      await last?.close();
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      last = context;
      await context.request.get(url()); // Sets the cookie.
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', ({ message }) => problems.push(message));
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      await page.goto(`${new URL(url()).origin}/${hash}`);
      await page.getByText('Live', { exact: true }).waitFor();
      return Object.assign(page, { problems });
    },
    stop: () => browser.close(),
  };
}
