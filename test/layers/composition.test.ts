/** Stacks and directions are made of single layers: the same numbers, bit for bit, on every kernel. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { add, multiply } from '../../src/ops/broadcast.js';
import { MERGES } from '../../src/ops/merge.js';
import type { View } from '../../src/memory/view.js';
import { everywhere } from '../engine/settings.js';
import { EVERY_PART, H, I, layerOf, P } from './layer-cases.js';
import type { LayerCase } from './layer-cases.js';
import { drawnBatch, evaluated } from './layer-runs.js';
import type { Batch } from './layer-runs.js';

const [T, B] = [5, 4];
const LENGTHS = [2, 0, 5, 3];
const x = drawnBatch(T, B);

const cells: readonly LayerCase[] = [
  { cell: 'RNN', options: { independent: true } },
  { cell: 'GRU', options: { resetAfter: false, gateClip: 0.8 } },
  { cell: 'LSTM', options: {} },
  { cell: 'LSTM', options: EVERY_PART },
];

/** One layer and direction of a stack on its own, from the beginning to the end. */
function single(engine: Engine, from: RecurrentLayer, { cell, options }: LayerCase, place: string): RecurrentLayer {
  const own = [...from.stateDict()].filter(([name]) => name.endsWith(`_${place}`));
  const inputSize = own.find(([name]) => name.startsWith('weight_ih'))![1].shape[1]!;
  const layer = layerOf(engine, { cell, options: { ...options, inputSize } });
  layer.loadStateDict(new Map(own.map(([name, value]) => [name.replace(place, 'l0'), value])));
  return layer;
}

/** Every row from its last valid step to its first. */
function reversed({ data, shape: [T, B, W] }: Batch, lengths: readonly number[]): Batch {
  const values = Array.from({ length: T * B * W }, (_, i) => {
    const [t, b] = [Math.floor(i / (B * W)), Math.floor(i / W) % B];
    const from = t < lengths[b]! ? lengths[b]! - 1 - t : t;
    return data[(from * B + b) * W + (i % W)]!;
  });
  return { data: values, shape: [T, B, W] };
}

const engines: readonly [string, Engine][] = await Promise.all(
  everywhere.map(async ({ name, options }): Promise<[string, Engine]> => [name, await createEngine(options)]),
);

describe.each(engines)('%s', (_, engine) => {
  const ragged = [undefined, LENGTHS].flatMap((lengths) =>
    cells.map(({ cell, options }) => ({ cell, options, lengths })),
  );

  test.each(ragged)(
    '$cell $options: reverse is the reversed sequence, reversed: $lengths',
    ({ cell, options, lengths }) => {
      const layer = layerOf(engine, { cell, options: { ...options, reverse: true } });
      const forward = single(engine, layer, { cell, options }, 'l0');
      const steps = lengths ?? [T, T, T, T];
      const { results, state } = evaluated(layer, x, { lengths });
      const other = evaluated(forward, reversed(x, steps), { lengths });
      const data = other.results['output[0]']!;
      const output = reversed({ data, shape: [T, B, data.length / T / B] }, steps).data;
      expect(results['output[0]']).toEqual(output);
      expect(state).toEqual(other.state);
    },
  );

  test.each(ragged)('$cell $options: two directions are two layers, merged: $lengths', ({ cell, options, lengths }) => {
    const begin = layerOf(engine, { cell, options: { ...options, bidirectional: true } });
    const forward = evaluated(single(engine, begin, { cell, options }, 'l0'), x, { lengths });
    const back = single(engine, begin, { cell, options: { ...options, reverse: true } }, 'l0_reverse');
    const backward = evaluated(back, x, { lengths });
    const [a, b] = [forward, backward].map(({ results }) => results['output[0]']!);
    const W = a!.length / T / B;
    const round = (value: number): number => (engine.report().precision === 'float32' ? Math.fround(value) : value);
    const pairs = (of: (left: number, right: number) => number) => a!.map((left, i) => round(of(left, b![i]!)));
    const sides = Array.from({ length: T * B }, (_, n) => [a!, b!].flatMap((side) => side.slice(n * W, (n + 1) * W)));
    const expected = {
      concat: [sides.flat()],
      sum: [pairs((left, right) => left + right)],
      mean: [pairs((left, right) => (left + right) / 2)],
      product: [pairs((left, right) => left * right)],
      none: [a!, b!],
    };
    for (const merge of MERGES) {
      const layer = layerOf(engine, { cell, options: { ...options, bidirectional: true, merge } });
      layer.loadStateDict(begin.stateDict());
      const { results, state } = evaluated(layer, x, { lengths });
      const outputs = Object.keys(results).filter((name) => name.startsWith('output'));
      expect(outputs.map((name) => results[name])).toEqual(expected[merge]);
      expect(state.h).toEqual([...forward.state.h, ...backward.state.h]);
      expect(state.c).toEqual([...forward.state.c, ...backward.state.c]);
    }
  });

  const stacks = [{ hiddenSize: [H, 4, 6] }, { numLayers: 3, residual: true }];
  test.each(cells.flatMap((layerCase) => stacks.map((stack) => ({ ...layerCase, stack }))))(
    '$cell $options, $stack: a stack is its layers, one upon the other',
    ({ cell, options: given, stack }) => {
      const options = 'projSize' in given ? { ...given, projSize: 'residual' in stack ? P : 2 } : given;
      const layer = layerOf(engine, { cell, options: { ...options, ...stack } });
      const widths = layer.options.hiddenSizes;
      const singles = widths.map((hiddenSize, k) =>
        single(engine, layer, { cell, options: { ...options, hiddenSize } }, `l${k}`),
      );
      const { results } = evaluated(layer, x);
      const output = engine.evaluate(() => {
        let y: View = engine.input(x);
        for (const [k, one] of singles.entries()) {
          const above = one.forward(y).output;
          y = k > 0 && layer.options.residual ? add(above, y) : above;
        }
        return Array.from(multiply(y, 1).toArray());
      });
      expect(results['output[0]']).toEqual(output);
      expect(singles.map(({ inputSize }) => inputSize)[0]).toBe(I);
    },
  );
});
