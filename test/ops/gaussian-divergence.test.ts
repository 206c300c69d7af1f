/** The divergence of Gaussians: values from the definition, inputs without a gradient, what is refused. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import { gaussianDivergence } from '../../src/ops/gaussian-divergence.js';
import type { Gaussian } from '../../src/ops/gaussian-divergence.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const SHAPE = [3, 2, 4];

test.each(everywhere)('the divergence is the expected difference of log densities: $name', async (setting) => {
  const engine = await createEngine(setting.options);
  const [mean, logVariance] = [0.7, -0.4];
  const [priorMean, prior] = [-0.2, 0.3];
  const one = (data: number) => engine.input({ data: [data], shape: [1] });
  const loss = engine.evaluate(() =>
    gaussianDivergence(
      { mean: one(mean), logVariance: one(logVariance) },
      { prior: { mean: one(priorMean), logVariance: one(prior) } },
    ).item(),
  );
  // The integral over 20 deviations by sums, which for such functions are exact to rounding.
  const logDensity = (x: number, m: number, l: number): number =>
    -0.5 * (Math.log(2 * Math.PI) + l + (x - m) ** 2 / Math.exp(l));
  let integral = 0;
  for (let x = -20; x < 20; x += 1 / 64) {
    const log = logDensity(x, mean, logVariance);
    integral += (Math.exp(log) * (log - logDensity(x, priorMean, prior))) / 64;
  }
  expect(Math.abs(loss - integral)).toBeLessThan(Math.max(8 * setting.unit, 1e-12));
});

test.each(everywhere)('a standard normal diverges from itself by nothing, by default too: $name', async (setting) => {
  const engine = await createEngine(setting.options);
  const zeros = () => engine.input({ data: new Float64Array(24), shape: SHAPE });
  const posterior = (): Gaussian => ({ mean: zeros(), logVariance: zeros() });
  expect(engine.evaluate(() => gaussianDivergence(posterior()).item())).toBe(0);
  expect(engine.evaluate(() => gaussianDivergence(posterior(), { prior: posterior() }).item())).toBe(0);
});

test('only what has a gradient gets one: a fixed posterior, a fixed prior', async () => {
  const engine = await doubleEngine();
  const [mean, logVariance] = [drawn(engine, 'mean', SHAPE), drawn(engine, 'logVariance', SHAPE)];
  const fixed = { mean: mean.toArray().map((x) => x / 2), logVariance: logVariance.toArray().map((x) => x / 3) };
  const learnt = (): Gaussian => ({ mean: mean.view(), logVariance: logVariance.view() });
  const constant = (): Gaussian => ({
    mean: engine.input({ data: fixed.mean, shape: SHAPE }),
    logVariance: engine.input({ data: fixed.logVariance, shape: SHAPE }),
  });
  const towards = () => [gaussianDivergence(learnt(), { prior: constant() })];
  const from = () => [gaussianDivergence(constant(), { prior: learnt() })];
  expect(gradcheck(engine, [mean, logVariance], towards)).toEqual([]);
  expect(gradcheck(engine, [mean, logVariance], from)).toEqual([]);
});

test('one view may be several arguments', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', SHAPE);
  const both = () => [gaussianDivergence({ mean: x.view(), logVariance: x.view() })];
  expect(gradcheck(engine, [x], both)).toEqual([]);
});

test('what is no Gaussian, or of another shape or engine, is refused', async () => {
  const engine = await doubleEngine();
  const other = await doubleEngine();
  const stranger = drawn(other, 'stranger', SHAPE);
  const view = (shape: number[] = SHAPE) => engine.output('x', shape, false);
  const refused = (posterior: () => unknown, options: () => unknown = () => ({})) => () =>
    engine.evaluate(() => gaussianDivergence(posterior() as Gaussian, options() as object)); // prettier-ignore
  const good = () => ({ mean: view(), logVariance: view() });
  const form = (what: string) =>
    new OptionError(`gaussianDivergence: ${what} must be { mean, logVariance }, two views of one shape.`);
  expect(refused(() => view())).toThrow(form('posterior'));
  expect(refused(() => ({ mean: view() }))).toThrow(form('posterior'));
  expect(refused(good, () => ({ prior: { logVariance: view() } }))).toThrow(form('prior'));
  expect(refused(() => ({ ...good(), variance: view() }))).toThrow(
    new OptionError("gaussianDivergence: posterior: unknown option 'variance'. Known options: mean, logVariance."),
  );
  expect(refused(() => ({ mean: view(), logVariance: view([3, 2, 5]) }))).toThrow(
    new ShapeError(
      'gaussianDivergence: logVariance must be (Na, Nb, Nc) = (3, 2, 4), got (3, 2, 5). Na = 3 comes from mean (Na, Nb, Nc). ' +
        'Nb = 2 comes from mean (Na, Nb, Nc). Nc = 4 comes from mean (Na, Nb, Nc).',
    ),
  );
  expect(refused(good, () => ({ prior: { mean: view([3, 4]), logVariance: view() } }))).toThrow(
    /^gaussianDivergence: prior.mean must be \(Na, Nb, Nc\) = \(3, 2, 4\), got \(3, 4\)\./,
  );
  expect(refused(() => ({ mean: view(), logVariance: stranger.view() }))).toThrow(
    new RecurraError('gaussianDivergence: stranger belongs to another engine than the weights.'),
  );
  expect(refused(() => ({ mean: view([]), logVariance: view([]) }))).toThrow(
    new ShapeError('gaussianDivergence: mean must be (..., Z), got ().'),
  );
  expect(refused(() => ({ mean: view([0, 4]), logVariance: view([0, 4]) }))).toThrow(
    new ShapeError('gaussianDivergence: mean of shape (0, 4) hold nothing to predict.'),
  );
});
