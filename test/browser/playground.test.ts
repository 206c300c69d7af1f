/**
 * The playground from end to end, as a visitor uses it: it learns, pauses, writes, keeps its run over a reload, and its
 * checkpoint is one that the command line reads. On pages with and without shared memory, and under policies with and
 * without WebAssembly.
 */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { Scaler } from '../../src/data/scaler.js';
import { TimeSeries } from '../../src/data/series.js';
import { createEngine } from '../../src/engine.js';
import { Forecaster } from '../../src/models/forecaster.js';
import { Chromium } from './chromium.js';
import { serve } from './server.js';
import type { ServeOptions } from './server.js';

const BUILT = 'playground/dist';
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'";

/** A small network, which the visitor's address asks for. */
const SMALL = '#language.hiddenSize=32&language.batch=8&language.window=24&language.sampleEvery=20';

/** The loss that it must be below after so many updates; it begins near 3.2. */
const STEPS = 300;
const LEARNT = 2.2;

const folder = mkdtempSync(join(tmpdir(), 'recurra-playground-'));
let browser: Chromium;

beforeAll(async () => {
  browser = await Chromium.launch();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (page: Page, id: string) => page.getByTestId(id).filter({ visible: true }).first();
const numberIn = async (page: Page, id: string): Promise<number> =>
  Number(((await at(page, id).textContent()) ?? '').replaceAll(',', ''));

/** Waits until the training stands where it is asked to. */
async function phase(page: Page, name: string): Promise<void> {
  await page.locator(`[data-testid=phase][data-phase=${name}]`).first().waitFor();
}

/** Updates made, as the page says it. */
async function stepOf(page: Page): Promise<number> {
  const place = (await page.locator('.place').filter({ visible: true }).first().textContent()) ?? '';
  return Number(/[\d,]+/.exec(place)?.[0].replaceAll(',', '') ?? 0);
}

async function learn(page: Page, steps: number): Promise<void> {
  while ((await stepOf(page)) < steps) await page.waitForTimeout(50);
}

describe.each<[string, ServeOptions, { kernels: RegExp; threads: RegExp }]>([
  ['with shared memory', { isolated: true }, { kernels: /SIMD/i, threads: /^[1-9]/ }],
  ['without shared memory', {}, { kernels: /SIMD/i, threads: /^1$/ }],
  [
    'under a policy that allows WebAssembly',
    { csp: `${POLICY}; script-src 'self' 'wasm-unsafe-eval'` },
    { kernels: /SIMD/i, threads: /^1$/ },
  ],
  ['under a policy that does not', { csp: `${POLICY}; script-src 'self'` }, { kernels: /JavaScript/i, threads: /^1$/ }],
])('%s', (_, options, expected) => {
  test(`the loss falls below ${LEARNT} within ${STEPS} updates, and samples are written on the way`, async () => {
    const site = await serve(BUILT, options);
    const { page, close } = await browser.open(`${site.url}${SMALL}`, {
      allowed: /Content Security Policy.*(wasm|WebAssembly)|wasm-eval/i,
    });
    await at(page, 'toggle').click();
    await phase(page, 'running');
    await learn(page, STEPS);
    await at(page, 'toggle').click();
    await phase(page, 'paused');
    expect(await numberIn(page, 'figure-loss')).toBeLessThan(LEARNT);
    expect(await at(page, 'figure-kernels').textContent()).toMatch(expected.kernels);
    expect(await at(page, 'figure-threads').textContent()).toMatch(expected.threads);
    expect(await page.getByTestId('samples').locator('li').count()).toBeGreaterThan(0);
    await close();
    await site.close();
  });
});

test('pauses, steps, writes; its checkpoint goes to the command line; the run outlives a reload', async () => {
  const site = await serve(BUILT);
  const { page, close } = await browser.open(`${site.url}${SMALL}&language.text=own&language.epochs=500`);
  const text = 'the cat sees the dog. the dog sees a bird. '.repeat(200);
  await at(page, 'own-text').fill(text);
  await at(page, 'toggle').click();
  await phase(page, 'running');
  await learn(page, 60);
  await at(page, 'toggle').click();
  await phase(page, 'paused');
  const held = await stepOf(page);
  await at(page, 'step').click();
  await expect.poll(() => stepOf(page)).toBe(held + 1);

  await at(page, 'generate').click();
  await expect.poll(() => page.getByTestId('samples').locator('li').count()).toBeGreaterThan(0);

  const [download] = await Promise.all([page.waitForEvent('download'), at(page, 'download').click()]);
  const run = join(folder, 'run');
  mkdirSync(run);
  const file = join(run, 'checkpoint.safetensors');
  renameSync(await download.path(), file);
  await at(page, 'evaluate').click();
  await expect.poll(() => at(page, 'phase').textContent()).toMatch(/\d\.\d{4}/);
  const inPage = Number(/\d\.\d{4}/.exec((await at(page, 'phase').textContent())!)![0]);
  writeFileSync(join(folder, 'text.txt'), text);
  const evaluated = await promisify(execFile)(process.execPath, [
    'dist/cli/main.js',
    'evaluate',
    run,
    '--text',
    join(folder, 'text.txt'),
    '--json',
  ]);
  const { loss } = JSON.parse(evaluated.stdout) as { loss: number };
  expect(loss).toBeCloseTo(inPage, 3);

  await page.evaluate(() => document.dispatchEvent(new Event('freeze'))); // saves, as a page that is put away does
  await page.waitForTimeout(500);
  const before = await stepOf(page);
  await page.reload();
  await at(page, 'resume-saved').click();
  await phase(page, 'running');
  await learn(page, before + 20);
  await at(page, 'toggle').click();
  await phase(page, 'paused');

  // The command line's file goes into the page.
  await page.getByTestId('load').first().setInputFiles(file);
  await phase(page, 'paused');
  await expect.poll(() => at(page, 'alert').count()).toBe(0);
  await close();
  await site.close();
});

test.each<[string, string, string[]]>([
  ['the fastest', '', ['relaxed', 'relaxed.threads']],
  ['those chosen', '&language.kernels=simd', ['relaxed', 'relaxed.threads', 'simd']],
])(
  'without a network the page is there at the next visit, and learns on kernels that were kept: %s',
  async (_, choice, names) => {
    const site = await serve(BUILT);
    const { page, close } = await browser.open(`${site.url}${SMALL}${choice}`, { allowed: /ERR_CONNECTION_REFUSED/ });
    const kept = (): Promise<string[]> =>
      page.evaluate(async () => {
        const cache = await caches.open('recurra-playground');
        return (await cache.keys()).map(({ url }) => url).filter((url) => url.endsWith('.wasm'));
      });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await at(page, 'toggle').click();
    await phase(page, 'running');
    expect(new Set((await kept()).map((url) => /kernels\.(.*)-/.exec(url)![1]))).toEqual(new Set(names));
    await site.close();
    await page.reload();
    await at(page, 'toggle').click();
    await phase(page, 'running');
    await learn(page, 20);
    expect(await at(page, 'figure-kernels').textContent()).toMatch(/SIMD/i);
    await close();
  },
);

describe('what cannot be used is said in the page, and the run there is stays', () => {
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    site = await serve(BUILT);
  });
  afterAll(() => site.close());

  const open = (): ReturnType<Chromium['open']> =>
    browser.open(`${site.url}${SMALL}&language.text=own&language.epochs=5000`);

  /** Begins to learn a text. */
  async function begin(page: Page): Promise<void> {
    await at(page, 'own-text').fill('the cat sees the dog. '.repeat(300));
    await at(page, 'toggle').click();
    await phase(page, 'running');
    await learn(page, 20);
  }

  /** The run goes on from where it stands. */
  async function goesOn(page: Page): Promise<void> {
    const step = await stepOf(page);
    await learn(page, step + 10);
  }

  test.each<[string, string, () => Buffer | string, RegExp]>([
    ['of 100 MB', 'large.txt', () => Buffer.alloc(100e6, 'a'), /large\.txt has 100 MB; at most 50 MB/],
    ['that is binary', 'a.bin', () => Buffer.of(0, 1, 2, 255, 0), /a\.bin is no text/],
    ['that is empty', 'empty.txt', () => '', /The text is empty/],
    ['that is not UTF-8', 'latin.txt', () => Buffer.of(0x63, 0xe9, 0x64), /latin\.txt is not UTF-8/],
  ])('a file %s', async (_, name, content, message) => {
    const { page, close } = await open();
    const file = join(folder, name);
    writeFileSync(file, content());
    await page.getByTestId('own-file').first().setInputFiles(file);
    await at(page, 'alert').waitFor();
    expect(await at(page, 'alert').textContent()).toMatch(message);
    await close();
  });

  test('a text shorter than a window', async () => {
    const { page, close } = await open();
    await at(page, 'own-text').fill('too short');
    await at(page, 'toggle').click();
    await at(page, 'alert').waitFor();
    expect(await at(page, 'alert').textContent()).toMatch(/^The text has 9 characters, and 193 are needed/);
    await close();
  });

  test('a checkpoint that is none, and one of another model, while a network learns', async () => {
    const { page, close } = await open();
    await begin(page);
    const damaged = join(folder, 'damaged.safetensors');
    writeFileSync(damaged, 'this is no checkpoint at all');
    const foreign = join(folder, 'foreign.safetensors');
    const forecaster = new Forecaster(await createEngine({ kernels: 'simd' }), {
      columns: ['x'],
      targets: ['x'],
      scaler: Scaler.fit(new TimeSeries(['x'], [1, 2])),
      window: 4,
    });
    writeFileSync(foreign, encodeCheckpoint(forecaster));
    for (const file of [damaged, foreign]) {
      await page.getByTestId('load').first().setInputFiles(file);
      await at(page, 'alert').filter({ hasText: 'The network you had is still there' }).waitFor();
      await goesOn(page);
      await at(page, 'alert').getByRole('button').click();
    }
    await close();
  });

  test('no room in the browser: the run goes on without being saved', async () => {
    const { page, close } = await open();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: 1 });
    await at(page, 'own-text').fill('the cat sees the dog. '.repeat(300));
    await at(page, 'toggle').click();
    await at(page, 'alert').waitFor();
    expect(await at(page, 'alert').textContent()).toMatch(/room|full|space/i);
    await phase(page, 'running');
    await learn(page, 30);
    await close();
  });

  test('a page that is hidden says on return where its training stands', async () => {
    const { page, close } = await open();
    await begin(page);
    const show = (state: string): Promise<void> =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await show('hidden');
    await page.waitForTimeout(3500);
    await show('visible');
    await expect.poll(() => at(page, 'phase').textContent()).toMatch(/^Welcome back\. Training .*: step [\d,]+ of/);
    await goesOn(page);
    await close();
  });
});
