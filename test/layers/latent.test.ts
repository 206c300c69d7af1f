/** The latent layer: what it computes, gradients with and without a prior, what counts, what is refused. */

import { expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../src/errors.js';
import { Latent } from '../../src/layers/latent.js';
import { gaussianDivergence } from '../../src/ops/gaussian-divergence.js';
import { gaussianSample } from '../../src/ops/gaussian-sample.js';
import { Random } from '../../src/random.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck } from '../ops/gradcheck.js';

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
    new OptionError("Latent: unknown option 'prior'. Known options: inputSize, size, init."),
  );
  expect(() => engine.evaluate(() => latent.forward(x.view()))).toThrow(
    new ShapeError('linear: x must be (..., I) = (..., 5), got (3, 6). I = 5 comes from inputSize.'),
  );
  expect(() => engine.evaluate(() => latent.forward(x.view(), { seed: 1 } as never))).toThrow(
    /^Latent.forward: unknown option 'seed'\. Known options: prior, random, reduction, mask, lengths\.$/,
  );
});
