/** Limits on gradients: by the norm of all together, and by value. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { DivergenceError, OptionError } from '../../src/errors.js';
import { clipGradNorm, clipGradValue, gradNorm } from '../../src/optim/clip.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { numbers } from '../ops/gradcheck.js';
import { fourParameters, gradientsOf, setGradients, valuesOf } from './weights.js';

function normOf(gradients: readonly number[][]): number {
  return Math.sqrt(gradients.flat().reduce((sum, value) => sum + value * value, 0));
}

describe.each(everywhere)('$name', ({ options, unit }) => {
  async function bench() {
    const engine = await createEngine(options);
    const parameters = fourParameters(engine);
    setGradients(parameters, parameters.map(({ size }) => numbers(engine.random, size, 2))); // prettier-ignore
    return { parameters, before: gradientsOf(parameters), weights: valuesOf(parameters) };
  }

  test('the norm is that of all gradients together', async () => {
    const { parameters, before } = await bench();
    expect(Math.abs(gradNorm(parameters) / normOf(before) - 1)).toBeLessThan(1e-14);
    expect(gradNorm([parameters[3]])).toBeCloseTo(Math.abs(before[3]![0]!), 12);
  });

  test('a larger norm is scaled down to the limit by one factor; the norm before comes back', async () => {
    const { parameters, before, weights } = await bench();
    const norm = clipGradNorm(parameters, 0.5);
    expect(Math.abs(norm / normOf(before) - 1)).toBeLessThan(1e-14);
    const after = gradientsOf(parameters);
    expect(normOf(after)).toBeLessThanOrEqual(0.5 * (1 + unit));
    expect(normOf(after)).toBeGreaterThan(0.5 * (1 - 1e-5));
    const factor = 0.5 / (norm + 1e-6);
    after.forEach((values, p) => {
      values.forEach((value, i) => expect(Math.abs(value - factor * before[p]![i]!)).toBeLessThan(4 * unit));
    });
    expect(valuesOf(parameters)).toEqual(weights);
  });

  test('a norm within the limit changes nothing', async () => {
    const { parameters, before } = await bench();
    const norm = gradNorm(parameters);
    expect(clipGradNorm(parameters, norm)).toBe(norm);
    expect(clipGradNorm(parameters, 1e6)).toBe(norm);
    expect(gradientsOf(parameters)).toEqual(before);
  });

  test('parameters that are not in the list neither count nor change', async () => {
    const { parameters, before } = await bench();
    const norm = clipGradNorm([parameters[2], parameters[0]], 0.5);
    expect(norm).toBeCloseTo(normOf([before[0]!, before[2]!]), 12);
    const [a, b, c, d] = gradientsOf(parameters);
    expect([b, d]).toEqual([before[1], before[3]]);
    expect(normOf([a!, c!])).toBeCloseTo(0.5, 5);
    clipGradValue([parameters[1]], 0.1);
    expect(gradientsOf(parameters)).toEqual([a, clamped(before[1]!, 0.1), c, d]);
  });

  test('by value every element is limited on its own', async () => {
    const { parameters, before } = await bench();
    clipGradValue(parameters, 0.75);
    expect(gradientsOf(parameters)).toEqual(before.map((values) => clamped(values, 0.75)));
    expect(before.flat().some((value) => Math.abs(value) > 0.75)).toBe(true);
    clipGradValue(parameters, 10);
    expect(gradientsOf(parameters)).toEqual(before.map((values) => clamped(values, 0.75)));
  });

  test.each([NaN, Infinity])('a gradient of %f has no norm, and is left as it is', async (bad) => {
    const { parameters, before } = await bench();
    before[2]![5] = bad;
    setGradients(parameters, before);
    const broken = gradientsOf(parameters);
    expect(() => gradNorm(parameters)).toThrow(DivergenceError);
    expect(() => clipGradNorm(parameters, 1)).toThrow(DivergenceError);
    expect(gradientsOf(parameters)).toEqual(broken);
    expect(Number.isFinite(gradNorm([parameters[0], parameters[1]]))).toBe(true);
  });
});

/** Limited in the precision of the numbers themselves: 0.1 is not the same in 32 bits. */
function clamped(values: readonly number[], limit: number): number[] {
  const exact = values.every((value) => Math.fround(value) === value) ? Math.fround(limit) : limit;
  return values.map((value) => Math.min(Math.max(value, -exact), exact));
}

test('a limit must be above 0, and there must be something to limit', async () => {
  const parameters = fourParameters(await doubleEngine());
  expect(() => clipGradNorm(parameters, 0)).toThrow(
    new OptionError('clipGradNorm: maxNorm must be a number above 0, got 0.'),
  );
  expect(() => clipGradValue(parameters, NaN)).toThrow(
    new OptionError('clipGradValue: limit must be a number above 0, got NaN.'),
  );
  expect(() => clipGradNorm([], 1)).toThrow(OptionError);
  expect(() => clipGradValue([], 1)).toThrow(new OptionError('clipGradValue: the list of parameters is empty.'));
  expect(() => gradNorm([])).toThrow(new OptionError('gradNorm: the list of parameters is empty.'));
});
