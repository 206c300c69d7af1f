/** Layer normalisation: values from the definition, gradients, the layer, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, ShapeError } from '../../src/errors.js';
import { LayerNorm } from '../../src/layers/layer-norm.js';
import { layerNorm } from '../../src/ops/layer-norm.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const N = 7;

test.each(everywhere)('rows have mean 0 and variance 1, then gain and bias: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const x = drawn(engine, 'x', [4, 3, N], 3);
  const [gain, bias] = [drawn(engine, 'gain', [N]), drawn(engine, 'bias', [N])];
  const [plain, whole] = engine.evaluate(() => [
    layerNorm(x.view(), { eps: 1e-30 }).toArray(),
    layerNorm(x.view(), { gain, bias, eps: 1e-30 }).toArray(),
  ]);
  for (let row = 0; row < 12; row++) {
    const u = Array.from(plain.slice(row * N, (row + 1) * N));
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / N;
    expect(Math.abs(mean(u))).toBeLessThan(8 * unit);
    expect(Math.abs(mean(u.map((value) => value ** 2)) - 1)).toBeLessThan(16 * unit);
    u.forEach((value, j) => {
      const wanted = value * gain.toArray()[j]! + bias.toArray()[j]!;
      expect(Math.abs(whole[row * N + j]! - wanted)).toBeLessThan(8 * unit);
    });
  }
});

describe.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])('gain %s, bias %s', (hasGain, hasBias) => {
  test.each([[[4, 3, N]], [[N]], [[2, 1]], [[2, 1, 3, 5]]])('gradients of x %j', async (shape) => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', shape);
    const gain = hasGain ? drawn(engine, 'gain', shape.slice(-1)) : undefined;
    const bias = hasBias ? drawn(engine, 'bias', shape.slice(-1)) : undefined;
    const parameters = [x, gain, bias].filter((parameter) => parameter !== undefined);
    // The mean of one element is the element: it has no gradient, nor has the gain of its zero.
    const unused = shape.at(-1) === 1 ? [x, ...(gain === undefined ? [] : [gain])] : [];
    const outputs = () => [layerNorm(x.view(), { gain, bias, eps: 0.1 })];
    expect(gradcheck(engine, parameters, outputs, { unused })).toEqual([]);
  });
});

test('gradients of an input that others read too, and of weights that are read twice', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [4, 5]);
  const [gain, bias] = [drawn(engine, 'gain', [3]), drawn(engine, 'bias', [3])];
  const weights = new LinearWeights(drawn(engine, 'weight', [3, 5]), undefined);
  const outputs = () => {
    const shared = linear(x.view(), weights);
    return [layerNorm(shared, { gain, bias }), layerNorm(shared, { gain, eps: 1 }), shared];
  };
  expect(gradcheck(engine, [x, weights.weight, gain, bias], outputs)).toEqual([]);
});

test('an input without gradient still gives the weights theirs', async () => {
  const engine = await doubleEngine();
  const [gain, bias] = [drawn(engine, 'gain', [3]), drawn(engine, 'bias', [3])];
  const data = [1, 2, 4, -1, 0, 3];
  const outputs = () => [layerNorm(engine.input({ data, shape: [2, 3] }), { gain, bias })];
  expect(gradcheck(engine, [gain, bias], outputs)).toEqual([]);
});

describe('the layer', () => {
  test("begins as plain normalisation, with PyTorch's names", async () => {
    const engine = await doubleEngine();
    const layer = new LayerNorm(engine, { size: N });
    expect([...layer.stateDict()].map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [N]],
      ['bias', [N]],
    ]);
    const x = drawn(engine, 'x', [3, N]);
    const [plain, own] = engine.evaluate(() => [layerNorm(x.view()).toArray(), layer.forward(x.view()).toArray()]);
    expect(own).toEqual(plain);
    expect(gradcheck(engine, [x, ...layer.parameters()], () => [layer.forward(x.view())])).toEqual([]);
  });

  test('has the weights it is asked for', async () => {
    const engine = await doubleEngine();
    const names = (options: object) =>
      new LayerNorm(engine, { size: 3, ...options }).parameters().map(({ name }) => name);
    expect(names({ bias: false })).toEqual(['weight']);
    expect(names({ elementwiseAffine: false })).toEqual([]);
    expect(names({ elementwiseAffine: false, bias: false })).toEqual([]);
  });

  test.each<[object, string]>([
    [{ size: 0 }, 'LayerNorm: size must be a whole number of at least 1, got 0.'],
    [{ size: 3, eps: 0 }, 'LayerNorm: eps must be a number above 0, got 0.'],
    [{ size: 3, gain: 1 }, "LayerNorm: unknown option 'gain'. Known options: size, eps, elementwiseAffine, bias."],
    [{ size: 3, bias: 1 }, 'LayerNorm: bias must be true or false, got 1.'],
    [
      { size: 3, elementwiseAffine: false, bias: true },
      'LayerNorm: bias true needs elementwiseAffine true, got false. Leave one of them out.',
    ],
  ])('refuses %j', async (options, message) => {
    const engine = await doubleEngine();
    expect(() => new LayerNorm(engine, options as never)).toThrow(new OptionError(message));
  });

  test('refuses an input of another width', async () => {
    const engine = await doubleEngine();
    const layer = new LayerNorm(engine, { size: 3 });
    expect(() => engine.evaluate(() => layer.forward(engine.output('x', [2, 4], false)))).toThrow(
      new ShapeError('LayerNorm: the last axis of x must be (N,) = (3,), got (4,). N = 3 comes from size.'),
    );
  });
});

test('weights of another width, rows of nothing and unknown options are refused', async () => {
  const engine = await doubleEngine();
  const gain = drawn(engine, 'gain', [3]);
  const refused = (shape: number[], options: object) => () =>
    engine.evaluate(() => layerNorm(engine.output('x', shape, false), options));
  const source = 'N = 4 comes from the last axis of x.';
  expect(refused([2, 4], { gain })).toThrow(new ShapeError(`layerNorm: gain must be (N,) = (4,), got (3,). ${source}`));
  expect(refused([2, 4], { bias: gain })).toThrow(
    new ShapeError(`layerNorm: bias must be (N,) = (4,), got (3,). ${source}`),
  );
  expect(refused([], {})).toThrow(new ShapeError('layerNorm: x must be (..., N), got (). N is at least 1.'));
  expect(refused([2, 0], {})).toThrow(new ShapeError('layerNorm: x must be (..., N), got (2, 0). N is at least 1.'));
  expect(refused([2, 4], { epsilon: 1 })).toThrow(
    new OptionError("layerNorm: unknown option 'epsilon'. Known options: gain, bias, eps."),
  );
  expect(refused([2, 4], { eps: -1 })).toThrow(new OptionError('layerNorm: eps must be a number above 0, got -1.'));
});
