/** Softmax and cross-entropy: values from the definition, gradients, rows that do not count, targets that cannot be. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Ids } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import type { View } from '../../src/memory/view.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { LstmCell } from '../../src/ops/lstm.js';
import { recur } from '../../src/ops/sequence.js';
import { meanSquaredError } from '../../src/ops/pointwise-loss.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const V = 7;
const targets: Ids = { data: Int32Array.of(3, 0, 6, 2, 2, 5, 1, 4, 0, 6, 3, 3), shape: [4, 3] };

/** -log softmax(row)[target], term by term. */
function lossOf(row: ArrayLike<number>, target: number): number {
  const sum = Array.from(row).reduce((partial, value) => partial + Math.exp(value), 0);
  return Math.log(sum) - row[target]!;
}

/** The mean over the rows that count. */
function meanLoss(logits: ArrayLike<number>, { data }: Ids, ignored: number = -1): number {
  const rows = Array.from(data).map((target, n) => ({ row: Array.from(logits).slice(n * V, (n + 1) * V), target }));
  const losses = rows.filter(({ target }) => target !== ignored).map(({ row, target }) => lossOf(row, target));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

test.each(everywhere)('the loss is the mean of -log softmax: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const logits = drawn(engine, 'logits', [4, 3, V], 3);
  const loss = engine.evaluate(() => crossEntropy(logits.view(), targets).item());
  expect(Math.abs(loss - meanLoss(logits.toArray(), targets))).toBeLessThan(32 * unit);
});

test.each(everywhere)('equal logits cost log V, however large they are: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  for (const size of [0, 1e4, -1e4]) {
    const data = new Float64Array(12 * V).fill(size);
    const loss = engine.evaluate(() => crossEntropy(engine.input({ data, shape: [4, 3, V] }), targets).item());
    expect(Math.abs(loss - Math.log(V))).toBeLessThan(Math.max(8, Math.abs(size)) * unit);
  }
});

test.each([
  { shape: [12], ignored: undefined },
  { shape: [4, 3], ignored: undefined },
  { shape: [2, 1, 3, 2], ignored: undefined },
  { shape: [4, 3], ignored: 3 },
  { shape: [2, 1, 3, 2], ignored: 3 },
])('gradients with leading axes $shape and ignored id $ignored', async ({ shape, ignored }) => {
  const engine = await doubleEngine();
  const logits = drawn(engine, 'logits', [...shape, V], 2);
  const given = { data: targets.data, shape };
  const outputs = () => [crossEntropy(logits.view(), given, ignored === undefined ? {} : { ignoreIndex: ignored })];
  expect(gradcheck(engine, [logits], outputs)).toEqual([]);
});

test('one row of logits needs one target without axes', async () => {
  const engine = await doubleEngine();
  const logits = drawn(engine, 'logits', [V], 2);
  const outputs = () => [crossEntropy(logits.view(), { data: Int32Array.of(4), shape: [] })];
  expect(gradcheck(engine, [logits], outputs)).toEqual([]);
});

test('logits that two losses read gather both gradients', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [4, 3, 5]);
  const weights = new LinearWeights(drawn(engine, 'weight', [V, 5]), drawn(engine, 'bias', [V]));
  const others = { data: targets.data.toReversed(), shape: [4, 3] };
  const outputs = () => {
    const logits = linear(x.view(), weights);
    return [crossEntropy(logits, targets), crossEntropy(logits, others, { ignoreIndex: 3 }), logits];
  };
  expect(gradcheck(engine, [x, weights.weight, weights.bias!], outputs)).toEqual([]);
});

test('the gradient takes the place of logits that nothing else reads', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [4, 3, 5]);
  const weights = new LinearWeights(drawn(engine, 'weight', [V, 5]), drawn(engine, 'bias', [V]));
  const places: number[] = [];
  const outputs = (): View[] => {
    const logits = linear(x.view(), weights);
    // Runs after the backward of the loss, which is recorded later.
    engine.tape.record('look', () => places.push(logits.gradient() - logits.ptr));
    return [crossEntropy(logits, targets)];
  };
  expect(gradcheck(engine, [x, weights.weight, weights.bias!], outputs)).toEqual([]);
  expect(new Set(places)).toEqual(new Set([0]));
});

test('logits whose values another backward reads are left alone: a layer on top, another loss, the states of an LSTM', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [4, 3, 5]);
  const weights = new LinearWeights(drawn(engine, 'weight', [V, 5]), drawn(engine, 'bias', [V]));
  const above = new LinearWeights(drawn(engine, 'weight', [2, V]), undefined);
  const layered = (): View[] => {
    const logits = linear(x.view(), weights);
    return [linear(logits, above), crossEntropy(logits, targets)];
  };
  expect(gradcheck(engine, [x, weights.weight, above.weight], layered)).toEqual([]);
  const regressed = (): View[] => {
    const logits = linear(x.view(), weights);
    const wanted = { data: new Float64Array(12 * V).fill(0.5), shape: [4, 3, V] };
    return [meanSquaredError(logits, wanted), crossEntropy(logits, targets)];
  };
  expect(gradcheck(engine, [x, weights.weight], regressed)).toEqual([]);
  const cell = {
    weightIh: drawn(engine, 'weight_ih', [4 * V, 5]),
    weightHh: drawn(engine, 'weight_hh', [4 * V, V]),
    biasIh: undefined,
    biasHh: undefined,
  };
  const recurrent = new LstmCell(cell);
  const states = (): View[] => [crossEntropy(recur(recurrent, x.view(), []).all[0]!, targets)];
  expect(gradcheck(engine, [x, cell.weightIh, cell.weightHh], states)).toEqual([]);
});

test.each(everywhere)('rows of the ignored id do not count, even if their logits are NaN: $name', async (setting) => {
  const engine = await createEngine(setting.options);
  for (const ignored of [3, -100, V]) {
    const data = targets.data.map((target) => (target === 3 ? ignored : target));
    const logits = drawn(engine, 'logits', [4, 3, V], 2);
    const values = Float64Array.from(logits.toArray());
    data.forEach((target, n) => target === ignored && values.fill(n % 2 === 0 ? NaN : Infinity, n * V, (n + 1) * V));
    logits.set(values);
    const loss = engine.step(() => crossEntropy(logits.view(), { data, shape: [4, 3] }, { ignoreIndex: ignored }));
    expect(Math.abs(loss - meanLoss(values, { data, shape: [4, 3] }, ignored))).toBeLessThan(32 * setting.unit);
    const gradient = logits.gradientToArray();
    data.forEach((target, n) => {
      const row = gradient.slice(n * V, (n + 1) * V);
      expect(row.every(Number.isFinite)).toBe(true);
      expect(row.every((value) => value === 0)).toBe(target === ignored);
    });
  }
});

test('while evaluating and while training the loss is the same number', async () => {
  const engine = await createEngine({ kernels: 'simd', debug: true });
  const logits = drawn(engine, 'logits', [4, 3, V], 2);
  const evaluated = engine.evaluate(() => crossEntropy(logits.view(), targets).item());
  expect(engine.step(() => crossEntropy(logits.view(), targets))).toBe(evaluated);
});

test('if every target is ignored there is no loss', async () => {
  const engine = await doubleEngine();
  const given = { data: new Int32Array(12).fill(2), shape: [4, 3] };
  expect(() => engine.step(() => crossEntropy(drawnOnes(), given, { ignoreIndex: 2 }))).toThrow(
    new DataError('crossEntropy: every target is the ignored id, so there is no loss to take.'),
  );
  function drawnOnes() {
    return engine.input({ data: new Float64Array(12 * V).fill(1), shape: [4, 3, V] });
  }
});

test('targets outside the vocabulary or of another shape are refused', async () => {
  const engine = await doubleEngine();
  const refused =
    (data: Int32Array, shape: number[], options = {}) =>
    () =>
      engine.evaluate(() => crossEntropy(engine.output('logits', [4, 3, V], false), { data, shape }, options));
  const outside = targets.data.with(10, V);
  expect(refused(outside, [4, 3])).toThrow(
    new DataError('crossEntropy: id 7 at [3, 1] is outside the vocabulary of 7.'),
  );
  expect(refused(targets.data.with(0, -1), [4, 3])).toThrow(
    new DataError('crossEntropy: id -1 at [0, 0] is outside the vocabulary of 7.'),
  );
  expect(refused(targets.data, [3, 4])).toThrow(
    new ShapeError(
      'crossEntropy: targets must be (Na, Nb) = (4, 3), got (3, 4). Na = 4 comes from logits (Na, Nb). Nb = 3 comes from logits (Na, Nb).',
    ),
  );
  expect(refused(targets.data, [12])).toThrow(ShapeError);
  expect(refused(targets.data.slice(1), [4, 3])).toThrow(
    new ShapeError('crossEntropy: ids of shape (4, 3) must be an Int32Array of 12, got Int32Array of 11.'),
  );
  expect(refused(targets.data, [4, 3], { ignore: 1 })).toThrow(
    new OptionError(
      "crossEntropy: unknown option 'ignore'. Known options: ignoreIndex, labelSmoothing, reduction, mask, lengths.",
    ),
  );
});
