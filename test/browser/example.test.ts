/** The page that docs/browser.md begins with, as it stands there, beside a package that was installed. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundledCorpus } from '../../src/data/bundled.js';
import { Chromium } from './chromium.js';
import { serve } from './server.js';
import type { Content, Site } from './server.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let browser: Chromium;
let site: Site;

beforeAll(async () => {
  const html = /^```html\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, 'docs/browser.md'), 'utf8'))![1]!;
  browser = await Chromium.launch();
  site = await serve(new Map<string, Content>([['index.html', html], ...installed()]));
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** The built package where npm would put it. */
function installed(): [string, Uint8Array][] {
  const files = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => statSync(join(ROOT, 'dist', file)).isFile())
    .map((file) => [`node_modules/recurra/dist/${file}`, readFileSync(join(ROOT, 'dist', file))]);
}

it('trains, and writes what it has learnt', async () => {
  const { page, close } = await browser.open(site.url);
  await page.waitForFunction(() => document.getElementById('out')?.textContent?.includes('tokens/s'), undefined, {
    timeout: 120_000,
  });
  const text = (await page.textContent('#out')) ?? '';
  await close();
  const [, perplexity, kernels, words] =
    /^step \d+, perplexity ([\d.]+)\n(\w+), \d+ tokens\/s\n\n(.*)$/s.exec(text) ?? [];
  // A model that has learnt nothing has the size of the vocabulary as its perplexity.
  const { corpus } = bundledCorpus({ language: 'en', sentences: 500, seed: 1 });
  expect(Number(perplexity)).toBeLessThan(corpus.vocabSize / 2);
  expect(kernels).toBe('relaxed');
  expect(words!.length).toBeGreaterThan(100);
});
