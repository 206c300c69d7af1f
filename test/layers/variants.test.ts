/**
 * What PyTorch has no layer for, against the equations in test/fixtures/torch/equations.py: peepholes, coupled and
 * missing gates, layer normalisation, clips, zoneout, one direction backwards, the GRU that resets before, merged
 * directions, activations, independent units, and the Jordan network.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { everywhere, float64 } from '../engine/settings.js';
import { compare, differing, evaluateCase, layerOf } from './recurrent-case.js';
import type { GradientCase } from './recurrent-case.js';

const SINGLE = { output: 1e-5, gradient: 5e-5 };
const DOUBLE = 1e-10;

const file = new URL('../fixtures/torch/variants-float64.json', import.meta.url);
const variants = JSON.parse(readFileSync(file, 'utf8')) as GradientCase[];

/** In training zoneout is drawn at random, so the stored runs of it have no gradients. */
const drawn = (variant: GradientCase): boolean => 'zoneout' in variant.options;

test('the file holds the cases these tests expect', () => {
  const counts = (cell: string): number => variants.filter((variant) => variant.cell === cell).length;
  expect(['LSTM', 'GRU', 'RNN', 'Jordan'].map(counts)).toEqual([22, 5, 11, 4]);
  expect(variants.filter(drawn).map(({ name }) => name)).toEqual(
    ['LSTM', 'GRU', 'RNN'].map((cell) => `${cell}: zoneout in evaluation`),
  );
});

for (const { name, options, unit } of everywhere) {
  const allowed = unit === float64.unit ? DOUBLE : SINGLE;

  test.each(variants)(`$name, its outputs: ${name}`, async (variant) => {
    const results = evaluateCase(await createEngine(options), variant);
    expect(differing(results, allowed)).toEqual([]);
  });

  test.each(variants.filter((variant) => !drawn(variant)))(`$name, its gradients: ${name}`, async (variant) => {
    const results = compare(await createEngine(options), variant);
    expect(differing(results, allowed)).toEqual([]);
  });
}

test.each(variants)('$name: there are no other parameters', async (variant) => {
  const dict = layerOf(await createEngine(float64.options), variant).stateDict();
  expect(new Set(dict.keys())).toEqual(new Set(Object.keys(variant.params)));
});
