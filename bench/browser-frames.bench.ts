/** (n) The frames of the playground while it trains in its worker. Build first, the playground too. */

import { Chromium } from '../test/browser/chromium.js';
import { serve } from '../test/browser/server.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

const SECONDS = 10;

/** Prints the times between two frames. */
export async function run({ json }: BenchOptions): Promise<void> {
  const browser = await Chromium.launch();
  const site = await serve('playground/dist');
  const settings = 'language.hiddenSize=128&language.batch=32&language.window=64';
  const { page, close } = await browser.open(`${site.url}#${settings}`);
  await page.getByTestId('toggle').first().click();
  await page.locator('[data-testid=phase][data-phase=running]').first().waitFor();
  const frames = (await page.evaluate(framesOf, SECONDS)).sort((a, b) => a - b);
  const share = (part: number): number => frames[Math.floor(part * (frames.length - 1))]!;
  const slow = frames.filter((ms) => ms >= 50).length / frames.length;
  const times = { median_ms: share(0.5), 'ms of 95 %': share(0.95), slowest_ms: share(1) };
  print(json, { bench: 'browser-frames', frames: frames.length, ...times, 'share from 50 ms on': slow });
  await close();
  await browser.close();
  await site.close();
}

/** Milliseconds between frames, for so many seconds. */
async function framesOf(seconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  for (let last = performance.now(); last < end;) {
    const now = await new Promise<number>(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}
