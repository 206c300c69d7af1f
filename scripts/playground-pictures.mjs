/**
 * Takes pictures of every view of the built playground: light, dark, Japanese and as wide as a phone. A message on the
 * console, or a page that scrolls sideways, makes it exit with 1.
 *
 *     npm run build && npm run playground:build && npx tsx scripts/playground-pictures.mjs FOLDER [VIEW-LOOK ...]
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chromium } from '../test/browser/chromium.js';
import { serve } from '../test/browser/server.js';

const WIDE = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 375, height: 800 }, deviceScaleFactor: 2 };
const LOOKS = {
  light: { visitor: WIDE, hash: 'theme=light' },
  dark: { visitor: WIDE, hash: 'theme=dark' },
  phone: { visitor: PHONE, hash: 'theme=light' },
  'phone-dark-ja': { visitor: PHONE, hash: 'theme=dark&lang=ja' },
};

/** Brings each view to where there is something to see. */
const VIEWS = {
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

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) {
  console.error('playground-pictures: give the folder that the pictures go to.');
  process.exit(2);
}

/** @throws Error for what is wrong with the page */
async function picture(address, view, look) {
  const { visitor, hash } = LOOKS[look];
  const { page, close } = await browser.open(`${address}#view=${view}&${hash}`, {
    visitor: { ...visitor, locale: 'en-GB' },
  });
  await VIEWS[view](page);
  await page.screenshot({ path: join(folder, `${view}-${look}.png`), fullPage: true });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await close();
  if (over > 0) throw new Error(`${over} pixels too wide`);
}

await mkdir(folder, { recursive: true });
const site = await serve(fileURLToPath(new URL('../playground/dist/', import.meta.url)));
const browser = await Chromium.launch();
const names = Object.keys(LOOKS).flatMap((look) => Object.keys(VIEWS).map((view) => ({ view, look })));
for (const { view, look } of names) {
  const name = `${view}-${look}`;
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    await picture(site.url, view, look);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
await browser.close();
await site.close();
