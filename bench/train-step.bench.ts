/** (c) The training steps, in every tier this runtime has. */

import { finish } from '../src/bench/alternation.js';
import { SHAPES } from '../src/bench/shapes.js';
import { measureTrainStep } from '../src/bench/train-step.js';
import { enginesOf, print } from './options.js';
import type { BenchOptions } from './options.js';

const THREADS = 1;

/** Prints a row for each shape and tier. */
export async function run(options: BenchOptions): Promise<void> {
  const shapes = SHAPES.filter(({ name }) => name === (options.shape ?? name));
  if (shapes.length === 0)
    throw new Error(`no shape ${options.shape}; there are ${SHAPES.map(({ name }) => name).join(', ')}`);
  for (const shape of shapes) {
    for await (const engine of enginesOf(options)) {
      print(options.json, { ...finish(measureTrainStep(engine, shape, THREADS)) });
    }
  }
}
