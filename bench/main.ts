/**
 * The benchmarks of the developers:
 *
 *     npm run bench -- products | cells | train-step | recurrent | rtrl | inference | start-up | tasks | language | dialogue
 *         | word2vec | browser | browser-memory | browser-frames
 *         [--kernels TIER] [--shape NAME] [--seeds N] [--text FILE] [--json]
 *
 * Build first: npm run build
 */

import { parseArgs } from 'node:util';
import { TIERS } from '../src/kernels/select.js';
import type { Tier } from '../src/kernels/select.js';
import type { BenchOptions } from './options.js';

const BENCHES: Readonly<Record<string, () => Promise<{ run: (options: BenchOptions) => Promise<void> }>>> = {
  products: () => import('./products.bench.js'),
  cells: () => import('./cells.bench.js'),
  'train-step': () => import('./train-step.bench.js'),
  recurrent: () => import('./recurrent.bench.js'),
  rtrl: () => import('./rtrl.bench.js'),
  inference: () => import('./inference.bench.js'),
  'start-up': () => import('./start-up.bench.js'),
  tasks: () => import('./tasks.bench.js'),
  language: () => import('./language.bench.js'),
  dialogue: () => import('./dialogue.bench.js'),
  word2vec: () => import('./word2vec.bench.js'),
  browser: () => import('./browser.bench.js'),
  'browser-memory': () => import('./browser-memory.bench.js'),
  'browser-frames': () => import('./browser-frames.bench.js'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kernels: { type: 'string' },
    shape: { type: 'string' },
    seeds: { type: 'string', default: '10' },
    text: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [name = '', ...rest] = positionals;
const bench = BENCHES[name];
if (bench === undefined || rest.length > 0) fail(`give one of ${Object.keys(BENCHES).join(', ')}`);
const { kernels, shape, text, json } = values;
if (kernels !== undefined && !(TIERS as readonly string[]).includes(kernels)) {
  fail(`--kernels must be one of ${TIERS.join(', ')}, got '${kernels}'`);
}
const tiers = kernels === undefined ? TIERS : [kernels as Tier];
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1) fail(`--seeds must be a whole number of at least 1, got '${values.seeds}'`);
await (await bench()).run({ tiers, shape, seeds, text, json });

function fail(message: string): never {
  console.error(`bench: ${message}.`);
  process.exit(2);
}
