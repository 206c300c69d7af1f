/**
 * RNN, LSTM and GRU against the numbers in the tests of Keras 3.
 *
 * What has no counterpart: Keras repeats the last output at masked steps, unless zero_output_for_mask, which is what
 * happens here past the end of a row; with go_backwards it puts out the sequence in the order of reading, where here
 * it is aligned with the input; without return_sequences it merges the final states, where here only outputs merge.
 */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { everywhere } from '../engine/settings.js';
import { fromKeras } from './keras-case.js';
import { goldens, stateful } from './keras-goldens.js';
import { differing, evaluateCase, layerOf } from './recurrent-case.js';
import type { RecurrentCase } from './recurrent-case.js';

const TOLERANCE = 1e-5;

/** The state after the sequence. */
function afterOne(engine: Engine, stored: RecurrentCase): RecurrentCase {
  const layer = layerOf(engine, stored);
  const { h, c } = engine.evaluate(() => layer.forward(engine.input(stored.x)).state.detach());
  const stacked = (states: typeof h) => ({
    shape: [states.length, ...states[0]!.shape],
    data: states.flatMap(({ data }) => Array.from(data)),
  });
  return { ...stored, h0: stacked(h), ...(c.length > 0 && { c0: stacked(c) }) };
}

for (const { name, options } of everywhere) {
  test.each(goldens.map(fromKeras))(`$name: ${name}`, async (golden) => {
    const results = evaluateCase(await createEngine(options), golden);
    expect(differing(results, TOLERANCE)).toEqual([]);
  });

  test.each(stateful.map(fromKeras))(`$name: ${name}`, async (golden) => {
    const engine = await createEngine(options);
    const results = evaluateCase(engine, afterOne(engine, golden));
    expect(differing(results, TOLERANCE)).toEqual([]);
  });
}
