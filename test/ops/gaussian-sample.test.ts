/** Samples of a Gaussian: moments, gradients through them, what is refused; and the divergence against their mean. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import type { View } from '../../src/memory/view.js';
import { gaussianDivergence } from '../../src/ops/gaussian-divergence.js';
import type { Gaussian } from '../../src/ops/gaussian-divergence.js';
import { gaussianSample } from '../../src/ops/gaussian-sample.js';
import { Random } from '../../src/random.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from './gradcheck.js';

const SHAPE = [3, 2, 4];

test.each(everywhere)('the mean and the deviation times the noise: $name', async (setting) => {
  const engine = await createEngine(setting.options);
  const [mean, logVariance] = [numbers(new Random(1), 24), numbers(new Random(2), 24, 8)];
  const noise = new Float64Array(24);
  new Random(5).fillNormal(noise, 1);
  const z = engine.evaluate(() => {
    const input = (data: Float64Array): View => engine.input({ data, shape: SHAPE });
    return gaussianSample({ mean: input(mean), logVariance: input(logVariance) }, { random: new Random(5) }).toArray();
  });
  for (const [i, value] of z.entries()) {
    const part = noise[i]! * Math.exp(logVariance[i]! / 2);
    expect(Math.abs(value - (mean[i]! + part))).toBeLessThan(16 * setting.unit * (1 + Math.abs(part)));
  }
});

test('without a generator it draws from the engine, anew each time, and seeds repeat it', async () => {
  const draw = async (seed: number): Promise<number[][]> => {
    const engine = await createEngine({ seed, kernels: 'simd' });
    const zeros = (): View => engine.input({ data: new Float32Array(6), shape: [2, 3] });
    const once = (): number[] =>
      engine.evaluate(() => Array.from(gaussianSample({ mean: zeros(), logVariance: zeros() }).toArray()));
    return [once(), once()];
  };
  const [first, second] = await draw(1);
  expect(first).not.toEqual(second);
  expect(await draw(1)).toEqual([first, second]);
  expect((await draw(2))[0]).not.toEqual(first);
});

test('gradients of mean and log variance, together and each alone', async () => {
  const engine = await doubleEngine();
  const [mean, logVariance] = [drawn(engine, 'mean', SHAPE), drawn(engine, 'logVariance', SHAPE)];
  const fixed = (): View => engine.input({ data: numbers(new Random(3), 24), shape: SHAPE });
  const sample = (gaussian: Gaussian) => [gaussianSample(gaussian), gaussian.mean];
  const both = () => sample({ mean: mean.view(), logVariance: logVariance.view() });
  expect(gradcheck(engine, [mean, logVariance], both)).toEqual([]);
  expect(gradcheck(engine, [mean], () => sample({ mean: mean.view(), logVariance: fixed() }))).toEqual([]);
  expect(gradcheck(engine, [logVariance], () => sample({ mean: fixed(), logVariance: logVariance.view() }))).toEqual(
    [],
  );
  const one = (): View[] => {
    const view = mean.view();
    return [gaussianSample({ mean: view, logVariance: view })];
  };
  expect(gradcheck(engine, [mean], one)).toEqual([]);
});

/** log N(x; m, e^l) without the constant, which both densities have. */
const logDensity = (x: number, m: number, l: number): number => -0.5 * (l + (x - m) ** 2 / Math.exp(l));

test('the divergence is the mean of log q - log p over samples, within the error of that mean', async () => {
  const engine = await doubleEngine();
  const Z = 5;
  const N = 20_000;
  const [mean, logVariance] = [numbers(new Random(11), Z, 1.5), numbers(new Random(12), Z, 1.5)];
  const [priorMean, prior] = [numbers(new Random(13), Z), numbers(new Random(14), Z)];
  const row = (data: ArrayLike<number>): View => engine.input({ data, shape: [1, Z] });
  const repeated = (data: Float64Array): View =>
    engine.input({ data: Float64Array.from({ length: N * Z }, (_, i) => data[i % Z]!), shape: [N, Z] });
  const samples = engine.evaluate(() =>
    gaussianSample({ mean: repeated(mean), logVariance: repeated(logVariance) }).toArray(),
  );
  for (const [pm, pl] of [
    [new Float64Array(Z), new Float64Array(Z)],
    [priorMean, prior],
  ] as const) {
    const exact = engine.evaluate(() =>
      gaussianDivergence(
        { mean: row(mean), logVariance: row(logVariance) },
        { prior: { mean: row(pm), logVariance: row(pl) } },
      ).item(),
    );
    const ratios = Array.from({ length: N }, (_, n) => {
      let sum = 0;
      for (let i = 0; i < Z; i++) {
        const z = samples[n * Z + i]!;
        sum += logDensity(z, mean[i]!, logVariance[i]!) - logDensity(z, pm[i]!, pl[i]!);
      }
      return sum;
    });
    const average = ratios.reduce((a, b) => a + b) / N;
    const variance = ratios.reduce((sum, ratio) => sum + (ratio - average) ** 2, 0) / (N - 1);
    const error = Math.sqrt(variance / N);
    expect(error).toBeLessThan(0.05 * exact);
    expect(Math.abs(exact - average)).toBeLessThan(4 * error);
  }
});

test('what is no Gaussian, or of another shape or engine, is refused', async () => {
  const engine = await doubleEngine();
  const stranger = drawn(await doubleEngine(), 'stranger', SHAPE);
  const view = (shape: number[] = SHAPE): View => engine.output('x', shape, false);
  const refused =
    (gaussian: () => unknown, options: object = {}) =>
    () =>
      engine.evaluate(() => gaussianSample(gaussian() as Gaussian, options));
  const good = () => ({ mean: view(), logVariance: view() });
  expect(refused(() => view())).toThrow(
    new OptionError('gaussianSample: gaussian must be { mean, logVariance }, two views of one shape.'),
  );
  expect(refused(() => ({ mean: view(), logVariance: view([3, 2, 5]) }))).toThrow(
    new ShapeError(
      'gaussianSample: logVariance must be (Na, Nb, Nc) = (3, 2, 4), got (3, 2, 5). Na = 3 comes from mean (Na, Nb, Nc). ' +
        'Nb = 2 comes from mean (Na, Nb, Nc). Nc = 4 comes from mean (Na, Nb, Nc).',
    ),
  );
  expect(refused(() => ({ mean: view(), logVariance: stranger.view() }))).toThrow(
    new RecurraError('gaussianSample: stranger belongs to another engine than the weights.'),
  );
  expect(refused(good, { random: 3 })).toThrow(
    new OptionError('gaussianSample: random must be a Random, such as new Random(1).'),
  );
  expect(refused(good, { seed: 3 })).toThrow(
    new OptionError("gaussianSample: unknown option 'seed'. Known options: random."),
  );
});
