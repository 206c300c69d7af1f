/** Dropout: the mask, its scale, the gradient through the same mask, and nothing at all while evaluating. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { OptionError } from '../../src/errors.js';
import { dropout } from '../../src/ops/dropout.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';
import { weightedSum } from './weighted-sum.js';

/** What one step makes of n ones. */
function dropOnes(engine: Engine, n: number, p: number): Float64Array {
  const x = drawn(engine, 'x', [n]);
  x.set(new Float64Array(n).fill(1));
  let y = new Float64Array(0);
  engine.step(() => {
    const view = dropout(x.view(), p);
    y = Float64Array.from(view.toArray());
    return weightedSum([{ view, weights: new Float64Array(n) }]);
  });
  return y;
}

test.each([0.1, 0.5, 0.9])('gradients pass through the same mask, with the same scale: p = %f', async (p) => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [5, 3, 7]);
  expect(gradcheck(engine, [x], () => [dropout(x.view(), p)])).toEqual([]);
});

test('an input dropped twice, each time with another mask, gathers both gradients', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [5, 3, 7]);
  expect(gradcheck(engine, [x], () => [dropout(x.view(), 0.4), dropout(x.view(), 0.4), x.view()])).toEqual([]);
});

test.each(everywhere)('a share of p is zero, the rest is 1 / (1 - p): $name', async ({ options }) => {
  const engine = await createEngine(options);
  const n = 40_000;
  for (const p of [0.1, 0.5, 0.75]) {
    const y = dropOnes(engine, n, p);
    const kept = y.filter((value) => value !== 0);
    for (const value of new Set(kept)) expect(value).toBeCloseTo(1 / (1 - p), 6);
    // Four deviations of a binomial distribution.
    expect(Math.abs(kept.length / n - (1 - p))).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
  }
});

test('every setting drops the same elements, and every call draws a mask of its own', async () => {
  const masks: string[][] = [];
  for (const { options } of everywhere) {
    const engine = await createEngine({ ...options, seed: 5 });
    const mask = () => dropOnes(engine, 100, 0.5).map(Math.sign).join('');
    masks.push([mask(), mask(), mask()]);
  }
  for (const mask of masks) expect(mask).toEqual(masks[0]);
  expect(new Set(masks[0]).size).toBe(3);
});

test('while evaluating, and with p = 0, the view comes back as it is and no random number is drawn', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3]);
  const before = engine.random.state;
  engine.evaluate(() => {
    const view = x.view();
    expect(dropout(view, 0.5)).toBe(view);
  });
  engine.step(() => {
    const view = x.view();
    expect(dropout(view, 0)).toBe(view);
    return weightedSum([{ view, weights: [1, 1, 1] }]);
  });
  expect(engine.random.state).toEqual(before);
});

test.each([1, -0.1, 1.5, NaN, '0.5'])('p must lie in [0, 1): %s', async (p) => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3]);
  expect(() => engine.evaluate(() => dropout(x.view(), p as number))).toThrow(
    new OptionError(`dropout: p must be a number at least 0 and below 1, got ${typeof p === 'string' ? "'0.5'" : p}.`),
  );
});
