/**
 * Takes pictures of every view of the built playground: light, dark, Japanese and as wide as a phone. Says which
 * messages the console had, and which pages scroll sideways; either makes it exit with 1.
 *
 *     npm run build && npm run playground:build && node scripts/playground-pictures.mjs pictures/
 *
 * The browser is the one of CHROMIUM, by default /usr/bin/chromium.
 */

import { readFile, mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
};
const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 375, height: 800 } };
const VIEWS = ['language', 'network', 'lstm', 'series'];
const LOOKS = [
  { name: 'light', size: 'wide', hash: 'theme=light' },
  { name: 'dark', size: 'wide', hash: 'theme=dark' },
  { name: 'phone', size: 'phone', hash: 'theme=light' },
  { name: 'phone-dark-ja', size: 'phone', hash: 'theme=dark&lang=ja' },
];
const root = fileURLToPath(new URL('../playground/dist/', import.meta.url));
const out = process.argv[2] ?? 'pictures';
const wanted = process.argv.slice(3);
const problems = [];

/** Answers with a file of the build. */
async function answerFile({ url }, answer) {
  const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname));
  const file = join(root, path === '/' ? 'index.html' : path);
  try {
    const body = await readFile(file);
    answer.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
  } catch {
    answer.writeHead(404).end();
  }
}

/** Serves the built page on a free port of this machine. */
async function serve() {
  const server = createServer((request, answer) => void answerFile(request, answer));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

/** Brings a view to where there is something to see. */
const ACTS = {
  async language(page) {
    await page.getByTestId('toggle').click();
    await page.getByTestId('sample').first().waitFor({ timeout: 60_000 });
    await page.waitForTimeout(3000);
  },
  async network(page) {
    await page.getByTestId('train-now').click();
    await page.getByTestId('unit-summary').filter({ hasText: /./ }).waitFor({ timeout: 60_000 });
    await page.waitForTimeout(6000);
  },
  async lstm(page) {
    await page.getByTestId('view-lstm').getByTestId('toggle').click();
    await page.waitForTimeout(15_000);
  },
  async series(page) {
    await page.getByTestId('view-series').getByTestId('toggle').click();
    await page.waitForTimeout(8000);
  },
};

async function picture(browser, address, view, { name, size, hash }) {
  const context = await browser.newContext({
    viewport: SIZES[size],
    deviceScaleFactor: size === 'phone' ? 2 : 1,
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const where = `${view}-${name}`;
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${where}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`${where}: ${error.stack}`));
  await page.goto(`${address}#view=${view}&${hash}`);
  await ACTS[view](page).catch((error) => problems.push(`${where}: ${error.message}`));
  await page.screenshot({ path: join(out, `${where}.png`), fullPage: true });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) problems.push(`${where}: ${over} pixels too wide`);
  await context.close();
}

await mkdir(out, { recursive: true });
const { server, address } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  for (const look of LOOKS) {
    for (const view of VIEWS) {
      if (wanted.length === 0 || wanted.includes(`${view}-${look.name}`)) await picture(browser, address, view, look);
    }
  }
} finally {
  await browser.close();
  server.close();
}
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;
