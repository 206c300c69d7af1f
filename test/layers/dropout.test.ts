/** Dropout as a layer and between the layers of a stack: while training only, and never on the last output or a state. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { Dropout } from '../../src/layers/dropout.js';
import { Embedding } from '../../src/layers/embedding.js';
import { RecurrentState } from '../../src/layers/state.js';
import type { View } from '../../src/memory/view.js';
import { embedding } from '../../src/ops/embedding.js';
import { everywhere } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { copyLayer, stacks, stacksEverywhere } from './stacks.js';

const [T, B, I, H] = [5, 3, 4, 6];
const P = 0.4;

const sizes = { inputSize: I, hiddenSize: H, numLayers: 3 };

describe.each(stacksEverywhere)('$cell, $name', ({ make, options }) => {
  async function bench() {
    const engine = await createEngine(options);
    const dropping = make(engine, { ...sizes, dropout: P });
    const plain = make(engine, sizes);
    plain.loadStateDict(dropping.stateDict());
    const data = numbers(engine.random, T * B * I);
    return { engine, dropping, plain, input: () => engine.input({ data, shape: [T, B, I] }) };
  }

  test('while evaluating a stack with dropout is the stack without, and draws no random number', async () => {
    const { engine, dropping, plain, input } = await bench();
    const before = engine.random.state;
    const [a, b] = engine.evaluate(() => [dropping, plain].map((layer) => layer.forward(input()).output.toArray()));
    expect(a).toEqual(b);
    expect(engine.random.state).toEqual(before);
  });

  test('while training it drops the output of every layer but the last, and no state', async () => {
    const { engine, dropping, input } = await bench();
    const start = engine.random.state;
    const singles = [I, H, H].map((inputSize) => make(engine, { inputSize, hiddenSize: H }));
    singles.forEach((single, k) => copyLayer(dropping, k, single));
    const drop = new Dropout(engine, { p: P });
    const composed = (): { output: View; state: RecurrentState } => {
      let x = input();
      const results = singles.map((single, k) => {
        const result = single.forward(x);
        x = k < 2 ? drop.forward(result.output) : result.output;
        return result.state;
      });
      return { output: x, state: new RecurrentState(results.flatMap(({ h }) => h), results.flatMap(({ c }) => c)) }; // prettier-ignore
    };
    const train = (forward: () => { output: View; state: RecurrentState }) => {
      engine.random.state = start;
      let seen: unknown;
      engine.step(() => {
        const { output, state } = forward();
        seen = [output.toArray(), state.detach()];
        return weightedSum([{ view: output, weights: new Float64Array(T * B * H).fill(1) }]);
      });
      return seen;
    };
    const stacked = train(() => dropping.forward(input()));
    const gradients = dropping.parameters().map((parameter) => parameter.gradientToArray());
    expect(train(composed)).toEqual(stacked);
    const composedGradients = singles.flatMap((single) => single.parameters()).map((p) => p.gradientToArray());
    expect(composedGradients).toEqual(gradients);
    expect(train(() => dropping.forward(input()))).toEqual(stacked);
  });

  test('every step drops other elements, and the result is not the one without dropout', async () => {
    const { engine, dropping, plain, input } = await bench();
    const outputs: string[] = [];
    for (const layer of [dropping, dropping, dropping, plain, plain]) {
      engine.step(() => {
        const { output } = layer.forward(input());
        outputs.push(output.toArray().join());
        return weightedSum([{ view: output, weights: new Float64Array(T * B * H).fill(1) }]);
      });
    }
    expect(new Set(outputs).size).toBe(4);
    expect(outputs[3]).toBe(outputs[4]);
  });
});

test.each(stacks)('$cell: gradients through a stack with dropout', async ({ make }) => {
  const engine = await createEngine({ precision: 'float64', debug: true });
  const layer = make(engine, { inputSize: 3, hiddenSize: 4, numLayers: 2, dropout: P });
  const x = drawn(engine, 'x', [3, 2, 3]);
  expect(gradcheck(engine, [x, ...layer.parameters()], () => [layer.forward(x.view()).output])).toEqual([]);
});

test.each(everywhere)(
  'the layer keeps a share of 1 - p, scaled by 1 / (1 - p), in a step only: $name',
  async (setting) => {
    const engine = await createEngine(setting.options);
    const layer = new Dropout(engine, { p: 0.25 });
    const n = 10_000;
    const x = drawn(engine, 'x', [n]);
    x.set(new Float64Array(n).fill(3));
    engine.evaluate(() =>
      expect(
        layer
          .forward(x.view())
          .toArray()
          .every((value) => value === 3),
      ).toBe(true),
    );
    engine.step(() => {
      const y = layer.forward(x.view());
      const values = Array.from(y.toArray());
      const kept = values.filter((value) => value !== 0);
      for (const value of new Set(kept)) expect(value).toBeCloseTo(4, 5);
      expect(Math.abs(kept.length / n - 0.75)).toBeLessThan(0.02);
      return weightedSum([{ view: y, weights: new Float64Array(n).fill(1) }]);
    });
  },
);

test('the layer hands its mask on: one for the sequence, or one for each element', async () => {
  const engine = await createEngine({ kernels: 'simd', debug: true });
  const ones = { data: new Float64Array(4 * 30).fill(1), shape: [4, 2, 15] };
  const stepsOf = (layer: Dropout): Set<string> => {
    const x = drawn(engine, 'x', ones.shape);
    x.set(ones.data);
    let steps: string[] = [];
    engine.step(() => {
      const view = layer.forward(x.view());
      const y = view.toArray();
      steps = [0, 1, 2, 3].map((t) => y.slice(30 * t, 30 * t + 30).join());
      return weightedSum([{ view, weights: ones.data }]);
    });
    return new Set(steps);
  };
  expect(stepsOf(new Dropout(engine, { p: 0.5, mask: 'sequence' })).size).toBe(1);
  expect(stepsOf(new Dropout(engine, { p: 0.5, mask: 'element' })).size).toBe(4);
  expect(stepsOf(new Dropout(engine, { p: 0.5 })).size).toBe(4);
});

describe('dropout of an embedding', () => {
  const [V, E] = [40, 3];
  /** Each token three times, in another order each time. */
  const ids = { data: Int32Array.from({ length: 3 * V }, (_, i) => (i * 7) % V), shape: [6, 20] };

  test('gradients, of a table that one step reads twice', async () => {
    const engine = await createEngine({ precision: 'float64', debug: true });
    const layer = new Embedding(engine, { vocabSize: V, size: E, dropout: 0.4 });
    const few = { data: Int32Array.of(3, 1, 3, 5), shape: [2, 2] };
    const dropped = () => [layer.forward(ids), layer.forward(few), embedding(few, layer.weight)];
    expect(gradcheck(engine, [layer.weight], dropped)).toEqual([]);
  });

  test.each(everywhere)('drops a token wherever it stands in a step, and scales the others: $name', async (setting) => {
    const engine = await createEngine(setting.options);
    const layer = new Embedding(engine, { vocabSize: V, size: E, dropout: 0.5 });
    const table = layer.weight.toArray();
    const fateOf = (y: ArrayLike<number>, i: number): boolean[] =>
      [0, 1, 2].map((j) => {
        const [got, whole] = [y[i * E + j]!, table[ids.data[i]! * E + j]!];
        expect(got === 0 || got === 2 * whole).toBe(true);
        return got !== 0;
      });
    const keptIn = (): string => {
      const kept = new Map<number, boolean>();
      engine.step(() => {
        const views = [layer.forward(ids), layer.forward(ids)];
        for (const view of views) {
          const y = view.toArray();
          ids.data.forEach((id, i) => {
            for (const fate of fateOf(y, i)) expect(kept.get(id) ?? fate).toBe(fate);
            kept.set(id, fateOf(y, i)[0]!);
          });
        }
        return weightedSum([{ view: views[0]!, weights: new Float64Array(3 * V * E).fill(1) }]);
      });
      const gradient = layer.weight.gradientToArray();
      // Three times it stands there, twice as large; a token that was dropped gets nothing.
      for (const [id, fate] of kept) expect(gradient[id * E]).toBe(fate ? 6 : 0);
      expect(kept.size).toBe(V);
      return [...kept].sort(([a], [b]) => a - b).map(([, fate]) => (fate ? 1 : 0)).join(''); // prettier-ignore
    };
    const masks = [keptIn(), keptIn(), keptIn()];
    expect(new Set(masks).size).toBe(3);
    const share = masks.join('').replaceAll('0', '').length / (3 * V);
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / (3 * V)));
  });

  test('while evaluating, and with a rate of 0, nothing is dropped and no random number is drawn', async () => {
    const engine = await createEngine({ kernels: 'simd', debug: true });
    const dropping = new Embedding(engine, { vocabSize: V, size: E, dropout: 0.5 });
    const plain = new Embedding(engine, { vocabSize: V, size: E });
    plain.loadStateDict(dropping.stateDict());
    const before = engine.random.state;
    const [a, b] = engine.evaluate(() => [dropping, plain].map((layer) => layer.forward(ids).toArray()));
    expect(a).toEqual(b);
    engine.step(() => {
      const view = plain.forward(ids);
      expect(view.toArray()).toEqual(b);
      return weightedSum([{ view, weights: new Float64Array(3 * V * E) }]);
    });
    expect(engine.random.state).toEqual(before);
  });

  test('every setting drops the same tokens', async () => {
    const masks: string[] = [];
    for (const { options } of everywhere) {
      const engine = await createEngine({ ...options, seed: 5 });
      const layer = new Embedding(engine, { vocabSize: V, size: 1, dropout: 0.5, init: (values) => values.fill(1) });
      engine.step(() => {
        const view = layer.forward(ids);
        masks.push(view.toArray().join());
        return weightedSum([{ view, weights: new Float64Array(3 * V) }]);
      });
    }
    expect(new Set(masks).size).toBe(1);
  });
});
