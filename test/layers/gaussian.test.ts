/** The Gaussian layer: its equations, its gradients, its weights by name, what it refuses. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError } from '../../src/errors.js';
import { GaussianLayer } from '../../src/layers/gaussian.js';
import type { GaussianLayerOptions } from '../../src/layers/gaussian.js';
import { constant } from '../../src/layers/initializers.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck } from '../ops/gradcheck.js';
import { thrown } from '../thrown.js';

const [I, Z] = [3, 2];

test.each([[[]], [[5]], [[5, 4]]])('mean and log variance behind tanh layers of %j', async (hiddenSizes) => {
  const engine = await doubleEngine();
  const layer = new GaussianLayer(engine, { inputSize: I, size: Z, hiddenSizes });
  for (const parameter of layer.parameters()) {
    parameter.set(parameter.toArray().map((value, i) => value + 0.1 * Math.sin(i + 1)));
  }
  const weights = layer.stateDict();
  const map = (x: number[], name: string): number[] => {
    const [w, b] = [weights.get(`weight_${name}`)!, weights.get(`bias_${name}`)!];
    const row = (o: number) => x.reduce((sum, value, i) => sum + value * w.data[o * x.length + i]!, b.data[o]!);
    return Array.from({ length: w.shape[0]! }, (_, o) => row(o));
  };
  const x = [0.3, -1.2, 0.7];
  const u = hiddenSizes.reduce((below: number[], _, k) => map(below, `l${k}`).map(Math.tanh), x);
  const got = engine.evaluate(() => {
    const { mean, logVariance } = layer.forward(engine.input({ data: x, shape: [1, I] }));
    expect(mean.shape).toEqual([1, Z]);
    return [...mean.toArray(), ...logVariance.toArray()];
  });
  const wanted = [...map(u, 'mean'), ...map(u, 'log_variance')];
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, 12);
});

test('gradients of the input and of all weights', async () => {
  const engine = await doubleEngine();
  const layer = new GaussianLayer(engine, { inputSize: I, size: Z, hiddenSizes: [4, 5] });
  const x = drawn(engine, 'x', [2, 3, I]);
  const run = () => {
    const { mean, logVariance } = layer.forward(x.view());
    return [mean, logVariance];
  };
  expect(gradcheck(engine, [x, ...layer.parameters()], run)).toEqual([]);
});

test('weights by name; they begin as they are told to', async () => {
  const engine = await createEngine({ kernels: 'js' });
  const layer = new GaussianLayer(engine, { inputSize: I, size: Z, hiddenSizes: [4], init: constant(0.5) });
  const shapes = [...layer.stateDict()].map(([name, { data, shape }]) => `${name} ${shape.join('x')} ${data[0]}`);
  expect(shapes).toEqual([
    'weight_l0 4x3 0.5',
    'bias_l0 4 0',
    'weight_mean 2x4 0.5',
    'bias_mean 2 0',
    'weight_log_variance 2x4 0.5',
    'bias_log_variance 2 0',
  ]);
});

test.each<[object, string]>([
  [{ inputSize: 0 }, 'GaussianLayer: inputSize must be a whole number of at least 1, got 0.'],
  [{ size: 1.5 }, 'GaussianLayer: size must be a whole number of at least 1, got 1.5.'],
  [{ hiddenSizes: 4 }, 'GaussianLayer: hiddenSizes must be a list of widths, got 4.'],
  [{ hiddenSizes: [4, 0] }, 'GaussianLayer: hiddenSizes[1] must be a whole number of at least 1, got 0.'],
  [{ init: 1 }, 'weight_mean: an initializer must be a function, such as xavier or uniform(0.1), got 1.'],
  [{ depth: 2 }, "GaussianLayer: unknown option 'depth'. Known options: inputSize, size, hiddenSizes, init."],
])('refuses %o', async (options, message) => {
  const engine = await createEngine({ kernels: 'js' });
  const given = { inputSize: I, size: Z, ...options } as GaussianLayerOptions;
  expect(thrown(() => new GaussianLayer(engine, given))).toEqual(new OptionError(message));
});
