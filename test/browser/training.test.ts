/** `recurra/worker` and IndexedDB in Chromium: a run that is broken off and goes on has the bytes of one in Node. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { crc32 } from '../../src/crc32.js';
import { startTraining } from '../../src/worker/client.js';
import type { TextJob } from '../../src/worker/jobs.js';
import { english } from '../train/texts.js';
import { bundlePage } from './bundle.js';
import { Chromium } from './chromium.js';
import { outcomeOf } from './outcome.js';
import type { TrainingRequest, TrainingResult } from './pages/training.js';
import { serve } from './server.js';
import type { Files, ServeOptions } from './server.js';

const job: TextJob = {
  kind: 'text',
  text: english(60),
  model: { cell: 'gru', embeddingSize: 24, hiddenSize: 50 },
  train: { batch: 8, window: 16, lr: 5e-3, validFraction: 0.1 },
  engine: { kernels: 'simd', seed: 3 },
};
const CSP = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

let browser: Chromium;
let files: Files;
let inNode: Omit<TrainingResult, 'saved'>;

beforeAll(async () => {
  const training = await startTraining({ ...job, train: { ...job.train, steps: 120 } });
  await training.finished;
  const text = await training.ask('generate', { prompt: 'the', length: 40, seed: 7 });
  inNode = { crc: crc32(await training.checkpoint()), text };
  training.close();
  browser = await Chromium.launch();
  files = await bundlePage('training');
});

afterAll(async () => browser?.close());

it.each([
  ['a page', {}, 1],
  ['an isolated page, on two threads', { isolated: true }, 2],
  ['a page with a strict policy', { csp: CSP }, 1],
] as [string, ServeOptions, number][])(
  '%s: saved at step 50, gone on from there to 120',
  async (_, policy, threads) => {
    const site = await serve(files, policy);
    const request: TrainingRequest = { job: { ...job, engine: { ...job.engine, threads } }, first: 50, second: 120 };
    const result = await outcomeOf<TrainingResult>(browser, site.url, request);
    await site.close();
    expect(result).toEqual({ saved: ['run'], ...inNode });
  },
);
