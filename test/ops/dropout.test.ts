/** Dropout: the mask, its scale, the gradient through the same mask, and nothing at all while evaluating. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { OptionError, ShapeError } from '../../src/errors.js';
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

test.each([
  [5, 3, 7],
  [5, 3],
  [1, 3, 7],
  [4, 3, 2, 2],
])('gradients pass through a mask of the sequence: shape %i, %i ...', async (...shape) => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', shape);
  expect(gradcheck(engine, [x], () => [dropout(x.view(), 0.4, { mask: 'sequence' }), x.view()])).toEqual([]);
});

test.each(everywhere)('with a mask of the sequence every step drops the same elements: $name', async ({ options }) => {
  const engine = await createEngine(options);
  const [T, B, H] = [7, 5, 11];
  const ones = { data: new Float64Array(T * B * H).fill(1), shape: [T, B, H] };
  const x = drawn(engine, 'x', ones.shape);
  x.set(ones.data);
  const start = engine.random.state;
  const run = (shape: number[], mask: 'element' | 'sequence'): number[] => {
    let y: number[] = [];
    engine.step(() => {
      const all = x.view();
      const view = dropout(shape === ones.shape ? all : engine.input({ data: ones.data.slice(B * H * (T - 1)), shape }), 0.5, { mask }); // prettier-ignore
      y = Array.from(view.toArray());
      return weightedSum([{ view: shape === ones.shape ? view : all, weights: ones.data }]);
    });
    return y;
  };
  const shared = run(ones.shape, 'sequence');
  const first = shared.slice(0, B * H);
  for (let t = 1; t < T; t++) expect(shared.slice(t * B * H, (t + 1) * B * H)).toEqual(first);
  // Rows and units are dropped on their own, half of them.
  expect(new Set(Array.from({ length: B }, (_, b) => first.slice(b * H, (b + 1) * H).join())).size).toBe(B);
  expect(new Set(first)).toEqual(new Set([0, 2]));
  // The mask is that of one step by itself, and the gradient's.
  engine.random.state = start;
  expect(run([B, H], 'element')).toEqual(first);
  engine.random.state = start;
  run(ones.shape, 'sequence');
  expect(Array.from(x.gradientToArray())).toEqual(shared);
  // Element by element the steps differ.
  engine.random.state = start;
  const apart = run(ones.shape, 'element');
  expect(apart.slice(0, B * H)).toEqual(first);
  expect(apart.slice(B * H, 2 * B * H)).not.toEqual(first);
});

test('a sequence of no steps has nothing to drop', async () => {
  const engine = await doubleEngine();
  engine.step(() => {
    const empty = engine.output('x', [0, 3, 7], true);
    const y = dropout(empty, 0.5, { mask: 'sequence' });
    expect(y.shape).toEqual([0, 3, 7]);
    return weightedSum([{ view: y, weights: [] }]);
  });
});

test('a mask that is not one of the two, or of a sequence without a batch, is refused, also while evaluating', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3]);
  const refused = (options: object) => () => engine.evaluate(() => dropout(x.view(), 0.5, options));
  expect(refused({ mask: 'time' })).toThrow(
    new OptionError('dropout: mask must be one of element, sequence, got time.'),
  );
  expect(refused({ shared: true })).toThrow(new OptionError("dropout: unknown option 'shared'. Known options: mask."));
  expect(refused({ mask: 'sequence' })).toThrow(
    new ShapeError('dropout: x must be (T, B, ...) for a mask of the sequence, got (3,).'),
  );
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
