import { expect, test } from 'vitest';
import { buildPage, contentSecurityPolicy } from './pageAssets.ts';

test('the page has less than 80 kB, compressed', async () => {
  const { compressedBytes } = await buildPage();
  expect(compressedBytes).toBeLessThan(80_000);
});

test('the page needs nothing that its content security policy forbids', async () => {
  const { html, script, style } = await buildPage();
  expect(contentSecurityPolicy).not.toContain('unsafe');
  expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?! type="module" src="\/page\.js">)/);
  expect(script).not.toMatch(/\beval\(|new Function\(|innerHTML\s*=\s*[^=]*`|document\.write/);
  expect(style).not.toMatch(/@import|url\((?!data:)/);
});

test('the page requests nothing of other servers', async () => {
  const { html, script, style } = await buildPage();
  const addresses = [html, script, style].flatMap((text) => text.match(/https?:\/\/[^\s"'`)]+/g) ?? []);
  // Names of XML, which no browser requests.
  expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
});
