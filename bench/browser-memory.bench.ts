/** (m) The memory of a page that trains 20,000 small steps: it is to stay as it is. Build first. */

import { fileURLToPath } from 'node:url';
import type { CDPSession } from 'playwright-core';
import { bundlePage } from '../test/browser/bundle.js';
import { Chromium } from '../test/browser/chromium.js';
import { serve } from '../test/browser/server.js';
import type { beginTraining, Stop } from './browser-memory-page.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

const STEPS = 20_000;
const EVERY = 2000;

interface Page {
  beginTraining: typeof beginTraining;
  goOn: () => Promise<Stop>;
}

/** Prints the memory of WebAssembly and of JavaScript every 2,000 steps. */
export async function run({ json }: BenchOptions): Promise<void> {
  const browser = await Chromium.launch();
  const site = await serve(await bundlePage('browser-memory-page', fileURLToPath(new URL('.', import.meta.url))));
  const { page, close } = await browser.open(site.url);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  await page.evaluate(
    async ([steps, every]) => {
      const scope = globalThis as unknown as Page;
      scope.goOn = await scope.beginTraining(steps, every);
    },
    [STEPS, EVERY] as const,
  );
  for (let steps = EVERY; steps <= STEPS; steps += EVERY) {
    const { step, wasmBytes, loss } = await page.evaluate(async () => (globalThis as unknown as Page).goOn());
    print(json, { bench: 'browser-memory', step, wasm_kB: wasmBytes / 1024, heap_kB: await heapOf(devtools), loss });
  }
  await close();
  await browser.close();
  await site.close();
}

/** What JavaScript holds on to, in KiB: garbage is collected before. */
async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value / 1024;
}
