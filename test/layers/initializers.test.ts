/** How weights begin: shapes of distributions, orthogonality of each gate's block, biases, and the seed. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { Embedding } from '../../src/layers/embedding.js';
import { GRU } from '../../src/layers/gru.js';
import { constant, he, identity, normal, orthogonal, uniform, xavier } from '../../src/layers/initializers.js';
import type { Initializer } from '../../src/layers/initializers.js';
import type { Layer } from '../../src/layers/layer.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import { RNN } from '../../src/layers/rnn.js';
import { Random } from '../../src/random.js';
import { everywhere } from '../engine/settings.js';

/** A matrix (rows, columns) from an initialiser. */
function matrix(init: Initializer, rows: number, columns: number, seed: number = 1): Float64Array {
  const values = new Float64Array(rows * columns);
  init(values, rows, columns, new Random(seed));
  return values;
}

function moments(values: ArrayLike<number>): { mean: number; variance: number; most: number } {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length;
  return { mean, variance, most: Math.max(...list.map(Math.abs)) };
}

/** The largest deviation from the identity of the products of all rows with each other. */
function rowDeviation(values: ArrayLike<number>, rows: number, columns: number): number {
  let worst = 0;
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < rows; b++) {
      let product = 0;
      for (let i = 0; i < columns; i++) product += values[a * columns + i]! * values[b * columns + i]!;
      worst = Math.max(worst, Math.abs(product - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

function transposed(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

const [ROWS, COLUMNS] = [300, 200];

test.each([
  { name: 'uniform(0.3)', init: uniform(0.3), variance: 0.3 ** 2 / 3, most: 0.3 },
  { name: 'normal(2)', init: normal(2), variance: 4, most: 12 },
  { name: 'xavier', init: xavier, variance: 2 / (ROWS + COLUMNS), most: Math.sqrt(6 / (ROWS + COLUMNS)) },
  { name: 'he', init: he, variance: 2 / COLUMNS, most: Math.sqrt(6 / COLUMNS) },
  { name: 'orthogonal', init: orthogonal, variance: 1 / ROWS, most: 1 },
])('$name has mean 0, its variance and its bound', ({ init, variance, most }) => {
  const found = moments(matrix(init, ROWS, COLUMNS));
  // Five deviations of the mean of 60,000 numbers; the variance within 3 %.
  expect(Math.abs(found.mean)).toBeLessThan(5 * Math.sqrt(variance / (ROWS * COLUMNS)));
  expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.03);
  expect(found.most).toBeLessThanOrEqual(most);
  expect(found.most).toBeGreaterThan(1.5 * Math.sqrt(variance));
});

test('constant fills', () => {
  expect(matrix(constant(0.25), 2, 3)).toEqual(new Float64Array(6).fill(0.25));
});

test('identity is its scale on the diagonal and zero beside it, of any matrix', () => {
  expect([...matrix(identity(), 2, 2)]).toEqual([1, 0, 0, 1]);
  expect([...matrix(identity(0.01), 2, 3)]).toEqual([0.01, 0, 0, 0, 0.01, 0]);
  expect([...matrix(identity(-2), 3, 2)]).toEqual([-2, 0, 0, -2, 0, 0]);
  const values = new Float64Array(4).fill(NaN);
  identity(1)(values, 2, 2, new Random(1));
  expect([...values]).toEqual([1, 0, 0, 1]);
  expect(() => identity(NaN)).toThrow(/^identity: scale must be a number, got NaN/);
});

test.each([
  [1, 1],
  [7, 7],
  [64, 64],
  [5, 9],
  [9, 5],
  [1, 6],
])('orthogonal (%i, %i): rows or columns are orthonormal to 1e-6', (rows, columns) => {
  const values = matrix(orthogonal, rows, columns);
  const [wide, count] = rows <= columns ? [values, rows] : [transposed(values, rows, columns), columns];
  expect(rowDeviation(wide, count, Math.max(rows, columns))).toBeLessThan(1e-6);
});

describe.each(everywhere)('$name', ({ options }) => {
  const [I, H] = [5, 16];
  const make = async (seed: number = 1): Promise<Engine> => createEngine({ ...options, seed });

  test.each([
    ['RNN', 1, (engine: Engine) => new RNN(engine, { inputSize: I, hiddenSize: H, numLayers: 2 })],
    ['LSTM', 4, (engine: Engine) => new LSTM(engine, { inputSize: I, hiddenSize: H, numLayers: 2 })],
    ['GRU', 3, (engine: Engine) => new GRU(engine, { inputSize: I, hiddenSize: H, numLayers: 2 })],
  ] as const)('%s: each gate has an orthogonal recurrent block and Glorot input weights', async (_, gates, layer) => {
    const dict = layer(await make()).stateDict();
    const blocks = new Set<string>();
    for (const k of [0, 1]) {
      const recurrent = dict.get(`weight_hh_l${k}`)!.data as Float64Array;
      for (let gate = 0; gate < gates; gate++) {
        const block = recurrent.slice(gate * H * H, (gate + 1) * H * H);
        expect(rowDeviation(block, H, H)).toBeLessThan(1e-6);
        blocks.add(block.join());
      }
      const width = k === 0 ? I : H;
      const { most } = moments(dict.get(`weight_ih_l${k}`)!.data);
      // Fan-out is H, not all gates together.
      const limit = Math.sqrt(6 / (width + H));
      expect(most).toBeLessThanOrEqual(limit * (1 + 1e-6));
      expect(most).toBeGreaterThan(0.9 * limit);
    }
    expect(blocks.size).toBe(2 * gates);
  });

  test('biases begin at zero, but for the forget gates of the input bias', async () => {
    const engine = await make();
    const expectBiases = (layer: Layer, forget: number) => {
      for (const [name, { data }] of layer.stateDict()) {
        if (!name.startsWith('bias')) continue;
        const expected = Array.from(data, (_, i) => (name.startsWith('bias_ih') && i >= H && i < 2 * H ? forget : 0));
        expect(Array.from(data)).toEqual(expected);
      }
    };
    const sizes = { inputSize: I, hiddenSize: H, numLayers: 2 };
    expectBiases(new LSTM(engine, sizes), 1);
    expectBiases(new LSTM(engine, { ...sizes, forgetBias: 0 }), 0);
    expectBiases(new LSTM(engine, { ...sizes, forgetBias: -2.5 }), -2.5);
    expectBiases(new RNN(engine, sizes), 0);
    expectBiases(new GRU(engine, sizes), 0);
    expect(new Linear(engine, { inputSize: I, outputSize: H }).bias!.toArray().every((value) => value === 0)).toBe(
      true,
    );
  });

  test('independent units have a matrix of one element each', async () => {
    const engine = await make();
    const weights = (recurrentInit: Initializer) =>
      Array.from(
        new RNN(engine, { inputSize: 1, hiddenSize: 5, independent: true, recurrentInit })
          .stateDict()
          .get('weight_hh_l0')!.data,
      );
    expect(weights(identity(0.5))).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(weights(orthogonal).map(Math.abs)).toEqual([1, 1, 1, 1, 1]);
  });

  test('chrono spreads the biases of what keeps the state over the logarithms of 1 to the range', async () => {
    const engine = await make();
    const sizes = { inputSize: 1, hiddenSize: 400, chrono: 70 };
    const biases = (layer: Layer) => Array.from(layer.stateDict().get('bias_ih_l0')!.data);
    const gru = biases(new GRU(engine, sizes));
    const kept = gru.slice(400, 800);
    const steps = kept.map(Math.exp);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(1 - 1e-9);
    expect(Math.max(...steps)).toBeLessThan(69);
    expect(moments(steps).mean).toBeGreaterThan(32);
    expect(moments(steps).mean).toBeLessThan(38);
    expect([...gru.slice(0, 400), ...gru.slice(800)].every((bias) => bias === 0)).toBe(true);
    const lstm = biases(new LSTM(engine, sizes));
    expect(lstm.slice(0, 400)).toEqual(lstm.slice(400, 800).map((bias) => -bias));
    expect(lstm.slice(800).every((bias) => bias === 0)).toBe(true);
    const coupled = biases(new LSTM(engine, { ...sizes, gates: 'coupled' }));
    expect(Math.max(...coupled.slice(0, 400))).toBeLessThanOrEqual(0);
    expect(coupled.slice(400).every((bias) => bias === 0)).toBe(true);
  });

  test('the logarithms of chrono are those of Math.log', async () => {
    const engine = await make();
    const drawn = new GRU(engine, {
      inputSize: 1,
      hiddenSize: 300,
      chrono: 1e6,
      inputInit: constant(0),
      recurrentInit: constant(0),
    });
    const random = new Random(1);
    for (const bias of Array.from(drawn.stateDict().get('bias_ih_l0')!.data).slice(300, 600)) {
      expect(Math.abs(bias - Math.log(random.between(1, 1e6 - 1)))).toBeLessThan(1e-6);
    }
  });

  test('an embedding is normal with deviation 1, a linear layer Glorot, and both take another initialiser', async () => {
    const engine = await make();
    const table = moments(new Embedding(engine, { vocabSize: 200, size: 100 }).weight.toArray());
    expect(Math.abs(table.variance - 1)).toBeLessThan(0.05);
    const weight = moments(new Linear(engine, { inputSize: 200, outputSize: 100 }).weight.toArray());
    expect(Math.abs(weight.variance * 150 - 1)).toBeLessThan(0.05);
    const filled = [
      new Embedding(engine, { vocabSize: 3, size: 2, init: constant(0.5) }).weight,
      new Linear(engine, { inputSize: 3, outputSize: 2, init: constant(0.5) }).weight,
    ];
    for (const parameter of filled) expect(Array.from(parameter.toArray())).toEqual(Array(6).fill(0.5));
    const layer = new GRU(engine, { inputSize: I, hiddenSize: H, inputInit: constant(1), recurrentInit: constant(2) });
    const [weightIh, weightHh] = layer.parameters().map((parameter) => new Set(parameter.toArray()));
    expect([weightIh, weightHh]).toEqual([new Set([1]), new Set([2])]);
  });

  test('the same seed gives the same weights, another seed others, and no two layers are alike', async () => {
    const weights = async (seed: number) => {
      const engine = await make(seed);
      const layers = [1, 2].map(() => new LSTM(engine, { inputSize: I, hiddenSize: H }));
      return layers.map((layer) =>
        layer
          .parameters()
          .slice(0, 2)
          .map((parameter) => parameter.toArray()),
      );
    };
    const [one, again, other] = [await weights(1), await weights(1), await weights(2)];
    expect(again).toEqual(one);
    expect(other[0]![0]).not.toEqual(one[0]![0]);
    expect(other[0]![1]).not.toEqual(one[0]![1]);
    expect(one[0]![0]).not.toEqual(one[1]![0]);
  });
});

test('a seed gives the same weights in every setting, to the rounding of its floats', async () => {
  const all: number[][] = [];
  for (const { options } of everywhere) {
    const engine = await createEngine({ ...options, seed: 11 });
    const layer = new LSTM(engine, { inputSize: 3, hiddenSize: 4 });
    all.push(layer.parameters().flatMap((parameter) => Array.from(parameter.toArray(), Math.fround)));
  }
  for (const weights of all) expect(weights).toEqual(all[0]);
});
