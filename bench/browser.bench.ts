/** (l) A training step in Chromium and in Node, in alternation; the tiers that both have. Build first. */

import { fileURLToPath } from 'node:url';
import { median, medianRatio } from '../src/bench/alternation.js';
import { KernelUnavailableError } from '../src/errors.js';
import type { Tier } from '../src/kernels/select.js';
import { bundlePage } from '../test/browser/bundle.js';
import { Chromium } from '../test/browser/chromium.js';
import type { OpenPage } from '../test/browser/chromium.js';
import { serve } from '../test/browser/server.js';
import { languageShape, makeRuns } from './browser-runs.js';
import type { BrowserRuns } from './browser-runs.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

const ROUNDS = 11;

/** Milliseconds of a slice, and of all slices before the first that counts. */
const SLICE = 300;
const WARM_UP = 1000;

interface Page {
  makeRuns: typeof makeRuns;
  runs: BrowserRuns;
}

/** Prints the steps alone, and those of `train`, for each tier. */
export async function run({ tiers, shape = 'charlm_lstm_B32_T64_H128', json }: BenchOptions): Promise<void> {
  const { B, T } = languageShape(shape);
  const browser = await Chromium.launch();
  const site = await serve(await bundlePage('browser-page', fileURLToPath(new URL('.', import.meta.url))));
  for (const kernels of tiers) {
    const inNode = await makeRuns(kernels, shape).catch(unlessUnavailable);
    if (inNode === undefined) continue;
    const open = await browser.open(site.url);
    const inPage = await runsOfPage(open, kernels, shape);
    for (const what of ['step', 'train'] as const) {
      const [node, chromium] = await alternate(inNode[what], inPage[what]);
      const tokens = (ms: readonly number[]): number => (1000 * B * T) / median(ms);
      const speeds = { chromium_tokens_s: tokens(chromium), node_tokens_s: tokens(node) };
      print(json, { bench: 'browser', shape, what, kernels, ...speeds, ratio: medianRatio(node, chromium) });
    }
    await open.close();
  }
  await browser.close();
  await site.close();
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof KernelUnavailableError)) throw error;
}

async function runsOfPage({ page }: OpenPage, kernels: Tier, shape: string): Promise<BrowserRuns> {
  await page.evaluate(
    async ([tier, name]) => {
      const scope = globalThis as unknown as Page;
      scope.runs = await scope.makeRuns(tier, name);
    },
    [kernels, shape] as const,
  );
  const run = (what: keyof BrowserRuns) => async (calls: number) =>
    page.evaluate(async ([name, times]) => (globalThis as unknown as Page).runs[name](times), [what, calls] as const);
  return { step: run('step'), train: run('train') };
}

/** Slices in turn. @returns ms per call of both, by round */
async function alternate(...measures: BrowserRuns['step'][]): Promise<[number[], number[]]> {
  const calls: number[] = [];
  for (const measure of measures) calls.push(await warmUp(measure));
  const samples: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, measure] of measures.entries()) samples[i]!.push((await measure(calls[i]!)) / calls[i]!);
  }
  return samples;
}

/** @returns how many calls make a slice */
async function warmUp(measure: BrowserRuns['step']): Promise<number> {
  let perCall = await measure(1);
  for (let total = perCall; total < WARM_UP;) {
    const calls = Math.max(1, Math.ceil(SLICE / perCall));
    const ms = await measure(calls);
    total += ms;
    perCall = ms / calls;
  }
  return Math.max(1, Math.ceil(SLICE / perCall));
}
