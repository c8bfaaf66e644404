import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

/** With UPDATE_DOCS=1, writes what a page shows to `docs/pictures/`, if docs/watching.md shows the picture of this name. */
export async function takePicture(page: Page, name: string, fullPage = false): Promise<void> {
  const file = `pictures/${name}.png`;
  if (process.env.UPDATE_DOCS !== '1' || !readFileSync(`${docs}watching.md`, 'utf8').includes(`(${file})`)) return;
  await page.screenshot({ path: docs + file, fullPage });
}
