/** Sums and means over axes: values from the definition, gradients, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { ShapeError } from '../../src/errors.js';
import { mean, sum } from '../../src/ops/reduce.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const SHAPE = [4, 3, 2, 5];

/** Axes that go, and what is left. */
const cases: readonly (readonly [number | number[] | undefined, number[]])[] = [
  [undefined, []],
  [0, [3, 2, 5]],
  [1, [4, 2, 5]],
  [-1, [4, 3, 2]],
  [
    [0, 1],
    [2, 5],
  ],
  [
    [3, 2],
    [4, 3],
  ],
  [
    [0, 2],
    [3, 5],
  ],
  [
    [-4, -2],
    [3, 5],
  ],
  [
    [1, 3],
    [4, 2],
  ],
  [[0, 1, 2, 3], []],
  [[], SHAPE],
];

/** Sums by the indices of the axes that stay. */
function sums(values: ArrayLike<number>, axes: number | number[] | undefined): number[] {
  const gone = axes === undefined ? [0, 1, 2, 3] : [axes].flat().map((axis) => (axis + 4) % 4);
  const out = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const indices = SHAPE.map(
      (length, axis) => Math.floor(i / SHAPE.slice(axis + 1).reduce((a, b) => a * b, 1)) % length,
    );
    const key = indices.filter((_, axis) => !gone.includes(axis)).join(',');
    out.set(key, (out.get(key) ?? 0) + values[i]!);
  }
  return [...out.values()];
}

describe.each(cases)('over axes %j', (axes, shape) => {
  test.each(everywhere)('values: $name', async ({ options, unit }) => {
    const engine = await createEngine(options);
    const x = drawn(engine, 'x', SHAPE);
    const [total, average, got] = engine.evaluate(() => {
      const y = sum(x.view(), axes);
      return [y.toArray(), mean(x.view(), axes).toArray(), y.shape] as const;
    });
    expect(got).toEqual(shape);
    const wanted = sums(x.toArray(), axes);
    expect(total.length).toBe(wanted.length);
    wanted.forEach((value, i) => {
      expect(Math.abs(total[i]! - value)).toBeLessThan(32 * unit);
      expect(Math.abs(average[i]! - (value * wanted.length) / 120)).toBeLessThan(8 * unit);
    });
  });

  test('gradients', async () => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', SHAPE);
    const outputs = () => {
      const view = x.view();
      return [sum(view, axes), mean(view, axes), view];
    };
    expect(gradcheck(engine, [x], outputs)).toEqual([]);
  });
});

test('a sum of nothing is 0, a mean of nothing is refused, and so are axes that are not there', async () => {
  const engine = await doubleEngine();
  const run = (op: typeof sum, shape: number[], axes?: number | number[]) => () =>
    engine.evaluate(() => Array.from(op(engine.output('x', shape, false), axes).toArray()));
  expect(run(sum, [0, 2], 0)()).toEqual([0, 0]);
  expect(run(sum, [2, 0], 0)()).toEqual([]);
  expect(run(mean, [0, 2], 0)).toThrow(new ShapeError('mean: x of shape (0, 2) has nothing to take the mean of.'));
  expect(run(sum, [2, 3], 2)).toThrow(
    new ShapeError('sum: axis must be a whole number from -2 to 1, got 2. x has shape (2, 3).'),
  );
  expect(run(mean, [2, 3], [0, -3])).toThrow(
    new ShapeError('mean: axis must be a whole number from -2 to 1, got -3. x has shape (2, 3).'),
  );
  expect(run(sum, [], 0)).toThrow(new ShapeError('sum: x has no axes, got 0. x has shape ().'));
  expect(run(sum, [2, 3], [1, -1])).toThrow(new ShapeError('sum: axes must be different, got axis 1 twice.'));
});
