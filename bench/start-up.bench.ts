/** (e) From createEngine() to the end of the first training step, each time in a process of its own. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../src/bench/alternation.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

const CHILD = fileURLToPath(new URL('start-up-child.mjs', import.meta.url));
const TIMES = 15;

/** Prints the parts for each tier, medians in ms. */
export async function run({ tiers, shape = 'adding_lstm_B32_T50_H32', json }: BenchOptions): Promise<void> {
  for (const kernels of tiers) {
    const runs: Record<string, number>[] = [];
    for (let i = 0; i < TIMES; i++) {
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD, kernels, shape]);
      if (stdout !== '') runs.push(JSON.parse(stdout) as Record<string, number>);
    }
    if (runs.length === 0) continue; // this runtime has no such kernels
    const parts = Object.keys(runs[0]!).map((part) => [part, median(runs.map((run) => run[part]!))]);
    print(json, { bench: 'start-up', shape, kernels, ...(Object.fromEntries(parts) as Record<string, number>) });
  }
}
