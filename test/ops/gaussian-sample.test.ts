/** Samples of Gaussians: values, gradients by mean and log variance, what is refused. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import type { View } from '../../src/memory/view.js';
import type { Gaussian } from '../../src/ops/gaussian-divergence.js';
import { gaussianSample } from '../../src/ops/gaussian-sample.js';
import { multiply } from '../../src/ops/broadcast.js';
import { Random } from '../../src/random.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { thrown } from '../thrown.js';
import { drawn, gradcheck, numbers } from './gradcheck.js';

const SHAPE = [3, 2, 5];
const NOISE = numbers(new Random(5), 30, 2);

test.each(everywhere)('mean and deviation times noise: $name', async (setting) => {
  const engine = await createEngine(setting.options);
  const [mean, logVariance] = [numbers(new Random(1), 30), numbers(new Random(2), 30, 4)];
  const z = engine.evaluate(() => {
    const input = (data: Float64Array) => engine.input({ data, shape: SHAPE });
    const sampled = gaussianSample({ mean: input(mean), logVariance: input(logVariance) }, NOISE);
    expect(sampled.shape).toEqual(SHAPE);
    return sampled.toArray();
  });
  for (const [i, value] of z.entries()) {
    const wanted = mean[i]! + Math.exp(logVariance[i]! / 2) * NOISE[i]!;
    expect(Math.abs(value - wanted)).toBeLessThan(16 * setting.unit * Math.max(1, Math.abs(wanted)));
  }
});

test('gradients of both, alone and together, and where one view is both', async () => {
  const engine = await doubleEngine();
  const [mean, logVariance] = [drawn(engine, 'mean', SHAPE), drawn(engine, 'logVariance', SHAPE, 2)];
  const fixed = () => engine.input({ data: NOISE, shape: SHAPE });
  const sampled = (m: () => ReturnType<typeof fixed>, l: () => ReturnType<typeof fixed>) => () => [
    gaussianSample({ mean: m(), logVariance: l() }, NOISE),
  ];
  const [m, l] = [() => mean.view(), () => logVariance.view()];
  expect(gradcheck(engine, [mean, logVariance], sampled(m, l))).toEqual([]);
  expect(gradcheck(engine, [mean], sampled(m, fixed))).toEqual([]);
  expect(gradcheck(engine, [logVariance], sampled(fixed, l))).toEqual([]);
  const same = () => {
    const x = mean.view();
    return [gaussianSample({ mean: x, logVariance: x }, NOISE)];
  };
  expect(gradcheck(engine, [mean], same)).toEqual([]);
});

test('gradients add to those that are there, before and behind', async () => {
  const engine = await doubleEngine();
  const [mean, logVariance] = [drawn(engine, 'mean', SHAPE), drawn(engine, 'logVariance', SHAPE)];
  const used = () => {
    const [m, l] = [mean.view(), logVariance.view()];
    const z = gaussianSample({ mean: m, logVariance: l }, NOISE);
    return [z, multiply(z, z), multiply(m, l)];
  };
  expect(gradcheck(engine, [mean, logVariance], used)).toEqual([]);
});

test('refusals', async () => {
  const engine = await createEngine({ kernels: 'js' });
  const other = await createEngine({ kernels: 'js' });
  const zeros = (on: Engine, shape: readonly number[], label: string) => {
    return on.input({ data: new Float64Array(shape.reduce((a, b) => a * b, 1)), shape }, label);
  };
  const attempt = (mean: readonly number[], logVariance: readonly number[], noise: number, on = engine) =>
    thrown(() =>
      other.evaluate(() =>
        engine.evaluate(() => {
          const gaussian = { mean: zeros(engine, mean, 'mean'), logVariance: zeros(on, logVariance, 'log variance') };
          return gaussianSample(gaussian, new Float64Array(noise));
        }),
      ),
    );
  expect(attempt([2, 3], [2, 4], 6)).toEqual(
    new ShapeError(
      'gaussianSample: logVariance must be (Na, Nb) = (2, 3), got (2, 4). Na = 2 comes from mean (Na, Nb). ' +
        'Nb = 3 comes from mean (Na, Nb).',
    ),
  );
  expect(attempt([2, 3], [2, 3], 5)).toEqual(
    new ShapeError('gaussianSample: noise must hold 6 numbers, got 5. 6 comes from mean (2, 3).'),
  );
  expect(attempt([2], [2], 2, other)).toEqual(
    new RecurraError('gaussianSample: log variance belongs to another engine than the weights.'),
  );
  const refuse = (gaussian: (x: View) => unknown) =>
    thrown(() => engine.evaluate(() => gaussianSample(gaussian(zeros(engine, [1], 'x')) as Gaussian, [0])));
  expect(refuse((x) => ({ mean: x }))).toEqual(
    new OptionError('gaussianSample: gaussian must be { mean, logVariance }, two views of one shape.'),
  );
  expect(refuse((x) => ({ mean: x, logVariance: x, variance: x }))).toEqual(
    new OptionError("gaussianSample: gaussian: unknown option 'variance'. Known options: mean, logVariance."),
  );
});
