import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { styles } from './page/styles.ts';

/** The files of the page in the browser. */
export interface PageAssets {
  /** Is served at `/`. */
  readonly html: string;
  /** Is served at `/page.js`. */
  readonly script: string;
  /** Is served at `/page.css`. */
  readonly style: string;
  /** The size of the three in all, each compressed by gzip. */
  readonly compressedBytes: number;
}

/** What the page needs, and no more: it has no inline script, no inline style, and requests only its own server. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%233b6be0' stroke-width='1.6' stroke-linejoin='round'%3E%3Cpath d='M2.5 5.5L8 2.8l5.5 2.7L8 8.2zM2.5 8.4L8 11.1l5.5-2.7M2.5 11L8 13.7 13.5 11'/%3E%3C/svg%3E";

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>girder-worker</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<div id="app"></div>
<noscript>The dashboard needs JavaScript.</noscript>
</body>
</html>
`;

let built: Promise<PageAssets> | undefined;

/** Bundles the page from the modules beside this one, which are TypeScript in the repository and JavaScript in the package. Builds it once. */
export function buildPage(): Promise<PageAssets> {
  built ??= bundlePage();
  return built;
}

async function bundlePage(): Promise<PageAssets> {
  const folder = fileURLToPath(new URL('page/', import.meta.url));
  const shared = { bundle: true, write: false, minify: true, logLevel: 'silent', absWorkingDir: folder } as const;
  const [code, css] = await Promise.all([
    build({
      ...shared,
      entryPoints: [`main${extname(import.meta.url)}`],
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      legalComments: 'none',
      define: { 'process.env.NODE_ENV': '"production"' },
    }),
    // `light-dark()` stays as it is: browsers that do not know it are older than those for which the page is made.
    build({
      ...shared,
      stdin: { contents: `@import 'uplot/dist/uPlot.min.css';\n${styles}`, loader: 'css', resolveDir: folder },
    }),
  ]);
  const [script, style] = [code.outputFiles[0]!.text, css.outputFiles[0]!.text];
  const compressedBytes = [html, script, style].reduce((sum, text) => sum + gzipSync(text).length, 0);
  return { html, script, style, compressedBytes };
}
