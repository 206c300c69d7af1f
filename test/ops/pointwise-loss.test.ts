/** Mean squared error: values from the definition, gradients, regression on the last hidden state, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { HostArray } from '../../src/engine.js';
import { ShapeError } from '../../src/errors.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import { RNN } from '../../src/layers/rnn.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { meanSquaredError } from '../../src/ops/pointwise-loss.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from './gradcheck.js';

const targets: HostArray = { data: [0.5, -1, 2, 0, 0.25, -0.75, 1, 3, -2, 0.1, 0.2, 0.3], shape: [4, 3] };

test.each(everywhere)('the loss is the mean of the squared differences: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const y = drawn(engine, 'y', [4, 3], 2);
  const loss = engine.step(() => meanSquaredError(y.view(), targets));
  const wanted = Array.from(y.toArray()).reduce((sum, value, i) => sum + (value - targets.data[i]!) ** 2, 0) / 12;
  expect(Math.abs(loss - wanted)).toBeLessThan(16 * unit * wanted);
  expect(engine.evaluate(() => meanSquaredError(y.view(), targets).item())).toBe(loss);
  const gradient = Array.from(y.gradientToArray());
  gradient.forEach((value, i) => {
    expect(Math.abs(value - (y.toArray()[i]! - targets.data[i]!) / 6)).toBeLessThan(16 * unit);
  });
});

test('predictions that are right cost nothing, a single one is its own mean', async () => {
  const engine = await createEngine({ kernels: 'simd', debug: true });
  const lossOf = (data: number[], wanted: number[], shape: number[]): number =>
    engine.evaluate(() => meanSquaredError(engine.input({ data, shape }), { data: wanted, shape }).item());
  expect(lossOf([1, -2, 3], [1, -2, 3], [3])).toBe(0);
  expect(lossOf([3], [1], [])).toBe(4);
});

test.each([{ shape: [12] }, { shape: [4, 3] }, { shape: [2, 1, 3, 2] }])(
  'gradients: shape $shape',
  async ({ shape }) => {
    const engine = await doubleEngine();
    const y = drawn(engine, 'y', shape, 2);
    expect(gradcheck(engine, [y], () => [meanSquaredError(y.view(), { data: targets.data, shape })])).toEqual([]);
  },
);

test('predictions that two losses read gather both gradients', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [4, 5]);
  const weights = new LinearWeights(drawn(engine, 'weight', [3, 5]), drawn(engine, 'bias', [3]));
  const others = { data: Array.from(targets.data).reverse(), shape: [4, 3] };
  const outputs = () => {
    const y = linear(x.view(), weights);
    return [meanSquaredError(y, targets), meanSquaredError(y, others), y];
  };
  expect(gradcheck(engine, [x, weights.weight, weights.bias!], outputs)).toEqual([]);
});

describe.each([
  ['LSTM', LSTM],
  ['GRU', GRU],
  ['RNN', RNN],
] as const)('regression on the last hidden state of %s', (_, Recurrent) => {
  test.each([1, 2])('%i layers: the gradient comes through the final state alone', async (numLayers) => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', [5, 3, 2]);
    const recurrent = new Recurrent(engine, { inputSize: 2, hiddenSize: 4, numLayers });
    const head = new LinearWeights(drawn(engine, 'weight', [1, 4]), drawn(engine, 'bias', [1]));
    const wanted = { data: numbers(engine.random, 3), shape: [3, 1] };
    const outputs = () => {
      const { state } = recurrent.forward(x.view());
      return [meanSquaredError(linear(state.h.at(-1)!, head), wanted)];
    };
    expect(gradcheck(engine, [x, ...recurrent.parameters(), head.weight, head.bias!], outputs)).toEqual([]);
  });
});

test('targets of another shape, without numbers, or none at all are refused', async () => {
  const engine = await doubleEngine();
  const refused =
    (given: unknown, shape: number[] = [4, 3]) =>
    () =>
      engine.evaluate(() => meanSquaredError(engine.output('y', shape, false), given as HostArray));
  expect(refused({ data: targets.data, shape: [3, 4] })).toThrow(
    new ShapeError(
      'meanSquaredError: targets must be (Na, Nb) = (4, 3), got (3, 4). Na = 4 comes from predictions (Na, Nb). Nb = 3 comes from predictions (Na, Nb).',
    ),
  );
  expect(refused({ data: [1, 2], shape: [4, 3] })).toThrow(
    new ShapeError('targets of meanSquaredError: shape (4, 3) takes 12 values, got 2.'),
  );
  expect(refused({ data: [], shape: [0, 3] }, [0, 3])).toThrow(
    new ShapeError('meanSquaredError: targets of shape (0, 3) hold nothing to predict.'),
  );
  const formless = new ShapeError('meanSquaredError: targets must be numbers with their shape, { data, shape }.');
  for (const given of [undefined, 1, [1, 2], { shape: [4, 3] }]) expect(refused(given)).toThrow(formless);
});
