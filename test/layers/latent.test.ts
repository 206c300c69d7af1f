/** The latent layer: what it computes, gradients with and without a prior, what counts, what is refused. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, ShapeError } from '../../src/errors.js';
import { constant } from '../../src/layers/initializers.js';
import { Latent } from '../../src/layers/latent.js';
import type { LatentOptions } from '../../src/layers/latent.js';
import { gaussianDivergence } from '../../src/ops/gaussian-divergence.js';
import { gaussianSample } from '../../src/ops/gaussian-sample.js';
import { Random } from '../../src/random.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck } from '../ops/gradcheck.js';
import { thrown } from '../thrown.js';

const [B, I, Z] = [3, 5, 4];

test('it is its Gaussian, a sample of it and the divergence, by names of their own', async () => {
  const engine = await doubleEngine();
  const latent = new Latent(engine, { inputSize: I, size: Z });
  expect([...latent.stateDict()].map(([name, { shape }]) => `${name} ${shape.join('x')}`)).toEqual([
    'weight_mean 4x5',
    'bias_mean 4',
    'weight_log_variance 4x5',
    'bias_log_variance 4',
  ]);
  const x = drawn(engine, 'x', [B, I]);
  engine.evaluate(() => {
    const { posterior, z, divergence } = latent.forward(x.view(), { random: new Random(3) });
    const gaussian = latent.gaussian(x.view());
    expect(posterior.mean.toArray()).toEqual(gaussian.mean.toArray());
    expect(posterior.logVariance.toArray()).toEqual(gaussian.logVariance.toArray());
    expect(z.toArray()).toEqual(gaussianSample(gaussian, { random: new Random(3) }).toArray());
    expect(divergence.item()).toBe(gaussianDivergence(gaussian).item());
  });
});

test('gradients with the standard normal and with a prior of its own, over what counts', async () => {
  const engine = await doubleEngine();
  const [posterior, prior] = [
    new Latent(engine, { inputSize: I, size: Z }),
    new Latent(engine, { inputSize: I, size: Z }),
  ];
  const [x, y] = [drawn(engine, 'x', [2, B, I]), drawn(engine, 'y', [2, B, I])];
  const alone = () => {
    const { z, divergence } = posterior.forward(x.view());
    return [z, divergence];
  };
  expect(gradcheck(engine, [x, ...posterior.parameters()], alone)).toEqual([]);
  const conditional = () => {
    const given = { prior: prior.gaussian(y.view()), lengths: [2, 0, 1], reduction: 'sum' } as const;
    const { z, divergence } = posterior.forward(x.view(), given);
    return [z, divergence];
  };
  expect(gradcheck(engine, [x, y, ...posterior.parameters(), ...prior.parameters()], conditional)).toEqual([]);
});

test('a latent that is its own prior diverges by nothing', async () => {
  const engine = await doubleEngine();
  const latent = new Latent(engine, { inputSize: I, size: Z });
  const x = drawn(engine, 'x', [B, I]);
  const own = () => latent.forward(x.view(), { prior: latent.gaussian(x.view()) }).divergence.item();
  expect(engine.evaluate(own)).toBe(0);
});

test('wrong options and features', async () => {
  const engine = await doubleEngine();
  const latent = new Latent(engine, { inputSize: I, size: Z });
  const x = drawn(engine, 'x', [B, I + 1]);
  expect(() => new Latent(engine, { inputSize: I, size: 0 })).toThrow(
    new OptionError('Latent: size must be a whole number of at least 1, got 0.'),
  );
  expect(() => new Latent(engine, { inputSize: I, size: Z, prior: 1 } as never)).toThrow(
    new OptionError("Latent: unknown option 'prior'. Known options: inputSize, size, hiddenSizes, init."),
  );
  expect(() => engine.evaluate(() => latent.forward(x.view()))).toThrow(
    new ShapeError('linear: x must be (..., I) = (..., 5), got (3, 6). I = 5 comes from inputSize.'),
  );
  expect(() => engine.evaluate(() => latent.forward(x.view(), { seed: 1 } as never))).toThrow(
    /^Latent.forward: unknown option 'seed'\. Known options: prior, random, reduction, mask, lengths\.$/,
  );
});

test.each([[[]], [[5]], [[5, 4]]])('mean and log variance behind tanh layers of %j', async (hiddenSizes) => {
  const engine = await doubleEngine();
  const layer = new Latent(engine, { inputSize: I, size: Z, hiddenSizes });
  for (const parameter of layer.parameters()) {
    parameter.set(parameter.toArray().map((value, i) => value + 0.1 * Math.sin(i + 1)));
  }
  const weights = layer.stateDict();
  const map = (x: number[], name: string): number[] => {
    const [w, b] = [weights.get(`weight_${name}`)!, weights.get(`bias_${name}`)!];
    const row = (o: number) => x.reduce((sum, value, i) => sum + value * w.data[o * x.length + i]!, b.data[o]!);
    return Array.from({ length: w.shape[0]! }, (_, o) => row(o));
  };
  const x = [0.3, -1.2, 0.7, 0.1, -0.4];
  const u = hiddenSizes.reduce((below: number[], _, k) => map(below, `l${k}`).map(Math.tanh), x);
  const got = engine.evaluate(() => {
    const { mean, logVariance } = layer.gaussian(engine.input({ data: x, shape: [1, I] }));
    expect(mean.shape).toEqual([1, Z]);
    return [...mean.toArray(), ...logVariance.toArray()];
  });
  const wanted = [...map(u, 'mean'), ...map(u, 'log_variance')];
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, 12);
});

test('gradients of the input and of all weights', async () => {
  const engine = await doubleEngine();
  const layer = new Latent(engine, { inputSize: I, size: Z, hiddenSizes: [4, 5] });
  const x = drawn(engine, 'x', [2, 3, I]);
  const run = () => {
    const { mean, logVariance } = layer.gaussian(x.view());
    return [mean, logVariance];
  };
  expect(gradcheck(engine, [x, ...layer.parameters()], run)).toEqual([]);
});

test('weights by name; they begin as they are told to', async () => {
  const engine = await createEngine({ kernels: 'js' });
  const layer = new Latent(engine, { inputSize: I, size: Z, hiddenSizes: [4], init: constant(0.5) });
  const shapes = [...layer.stateDict()].map(([name, { data, shape }]) => `${name} ${shape.join('x')} ${data[0]}`);
  expect(shapes).toEqual([
    'weight_l0 4x5 0.5',
    'bias_l0 4 0',
    'weight_mean 4x4 0.5',
    'bias_mean 4 0',
    'weight_log_variance 4x4 0.5',
    'bias_log_variance 4 0',
  ]);
});

test.each<[object, string]>([
  [{ inputSize: 0 }, 'Latent: inputSize must be a whole number of at least 1, got 0.'],
  [{ size: 1.5 }, 'Latent: size must be a whole number of at least 1, got 1.5.'],
  [{ hiddenSizes: 4 }, 'Latent: hiddenSizes must be a list of widths, got 4.'],
  [{ hiddenSizes: [4, 0] }, 'Latent: hiddenSizes[1] must be a whole number of at least 1, got 0.'],
  [{ init: 1 }, 'weight_mean: an initializer must be a function, such as xavier or uniform(0.1), got 1.'],
  [{ depth: 2 }, "Latent: unknown option 'depth'. Known options: inputSize, size, hiddenSizes, init."],
])('refuses %o', async (options, message) => {
  const engine = await createEngine({ kernels: 'js' });
  const given = { inputSize: I, size: Z, ...options } as LatentOptions;
  expect(thrown(() => new Latent(engine, given))).toEqual(new OptionError(message));
});
