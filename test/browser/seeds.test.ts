/**
 * The promise of the `simd` tier across runtimes: the same seed gives the same checkpoint, bit for bit, in Chromium
 * as in Node.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundlePage } from './bundle.js';
import { Chromium } from './chromium.js';
import { outcomeOf } from './outcome.js';
import { SEEDED_RUNS, traceOf } from './pages/seeded-runs.js';
import type { Trace } from './pages/seeded-runs.js';
import { serve } from './server.js';
import type { Site } from './server.js';

let browser: Chromium;
let site: Site;

beforeAll(async () => {
  browser = await Chromium.launch();
  site = await serve(await bundlePage('seeds'));
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

it.each(Object.keys(SEEDED_RUNS))('%s: 200 steps end in the same bytes as in Node', async (name) => {
  const inNode = await traceOf(name);
  expect(inNode.steps).toBe(200);
  expect(inNode.loss).toBeGreaterThan(0);
  expect(await outcomeOf<Trace>(browser, site.url, name)).toEqual(inNode);
});
