/** y = x W^T + b: values by a triple loop, gradients, shapes. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { ShapeError } from '../../src/errors.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const I = 5;
const O = 7;

test.each(everywhere)('values are those of the definition: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const [weight, bias] = [drawn(engine, 'weight', [O, I]), drawn(engine, 'bias', [O])];
  const x = drawn(engine, 'x', [4, 3, I]);
  const weights = new LinearWeights(weight, bias);
  const y = engine.evaluate(() => linear(x.view(), weights).toArray());
  const [W, b, X] = [weight.toArray(), bias.toArray(), x.toArray()];
  for (let n = 0; n < 12; n++) {
    for (let o = 0; o < O; o++) {
      let sum = b[o]!;
      for (let i = 0; i < I; i++) sum += X[n * I + i]! * W[o * I + i]!;
      expect(Math.abs(y[n * O + o]! - sum)).toBeLessThan(8 * unit);
    }
  }
});

test.each([
  { shape: [4, 3, I], bias: true },
  { shape: [4, 3, I], bias: false },
  { shape: [I], bias: true },
  { shape: [1, I], bias: true },
  { shape: [2, 1, 3, I], bias: true },
])('gradients of x $shape with bias $bias', async ({ shape, bias }) => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', shape);
  const weight = drawn(engine, 'weight', [O, I]);
  const biases = bias ? [drawn(engine, 'bias', [O])] : [];
  const weights = new LinearWeights(weight, biases[0]);
  expect(engine.evaluate(() => linear(x.view(), weights).shape)).toEqual([...shape.slice(0, -1), O]);
  expect(gradcheck(engine, [x, weight, ...biases], () => [linear(x.view(), weights)])).toEqual([]);
});

test.each([
  { n: 1, i: 1, o: 1 },
  { n: 9, i: 33, o: 1 },
  { n: 2, i: 1, o: 33 },
  { n: 5, i: 16, o: 17 },
])('gradients at the edges of a panel: $n rows, $i to $o', async ({ n, i, o }) => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [n, i]);
  const [weight, bias] = [drawn(engine, 'weight', [o, i]), drawn(engine, 'bias', [o])];
  const weights = new LinearWeights(weight, bias);
  expect(gradcheck(engine, [x, weight, bias], () => [linear(x.view(), weights)])).toEqual([]);
});

test('an input read twice gathers both gradients, and one without gradient is left alone', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [4, I]);
  const first = new LinearWeights(drawn(engine, 'first', [I, I]), undefined);
  const second = new LinearWeights(drawn(engine, 'second', [O, I]), undefined);
  const third = new LinearWeights(drawn(engine, 'third', [2, I]), undefined);
  const outputs = () => {
    const shared = linear(x.view(), first);
    return [linear(shared, second), shared, linear(shared, third)];
  };
  const parameters = [x, first.weight, second.weight, third.weight];
  expect(gradcheck(engine, parameters, outputs)).toEqual([]);
  const data = x.toArray();
  const plain = () => [linear(engine.input({ data, shape: [4, I] }), first)];
  expect(gradcheck(engine, [x, first.weight], plain, { unused: [x] })).toEqual([]);
});

test('an input that does not end in I is refused', async () => {
  const engine = await doubleEngine();
  const weights = new LinearWeights(drawn(engine, 'weight', [O, I]), undefined);
  expect(() => engine.evaluate(() => linear(engine.output('x', [4, 3, 11], false), weights))).toThrow(
    new ShapeError('linear: x must be (..., I) = (..., 5), got (4, 3, 11). I = 5 comes from inputSize.'),
  );
});
