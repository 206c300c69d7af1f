/** Axes exchanged and shapes changed: values, gradients, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { ShapeError } from '../../src/errors.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { reshape, transpose } from '../../src/ops/transpose.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const SHAPE = [2, 3, 4, 5];

/** The indices of element i. */
const indices = (i: number, shape: readonly number[]): number[] =>
  shape.map((length, axis) => Math.floor(i / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % length);

describe.each([
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 2],
  [3, 1],
  [-1, -2],
])('axes %i and %i', (axis1, axis2) => {
  const [a, b] = [(axis1 + 4) % 4, (axis2 + 4) % 4];

  test.each(everywhere)('values: $name', async ({ options }) => {
    const engine = await createEngine(options);
    const x = drawn(engine, 'x', SHAPE);
    const [y, shape, back] = engine.evaluate(() => {
      const view = transpose(x.view(), axis1, axis2);
      return [view.toArray(), view.shape, transpose(view, axis2, axis1).toArray()] as const;
    });
    expect(shape).toEqual(SHAPE.with(a, SHAPE[b]!).with(b, SHAPE[a]!));
    expect(back).toEqual(x.toArray());
    x.toArray().forEach((value, i) => {
      const from = indices(i, SHAPE);
      const to = from.with(a, from[b]!).with(b, from[a]!);
      expect(y[to.reduce((place, index, axis) => place * shape[axis]! + index, 0)]).toBe(value);
    });
  });

  test('gradients', async () => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', SHAPE);
    const outputs = () => {
      const view = x.view();
      return [transpose(view, axis1, axis2), view];
    };
    expect(gradcheck(engine, [x], outputs)).toEqual([]);
  });
});

test('an axis with itself gives the view back', async () => {
  const engine = await doubleEngine();
  engine.evaluate(() => {
    const x = engine.output('x', SHAPE, false);
    expect(transpose(x, 1, -3)).toBe(x);
  });
});

describe('reshape', () => {
  test.each([[[120]], [[-1]], [[6, 20]], [[5, -1, 3]], [[2, 3, 4, 5, 1]]])('to %j', async (shape) => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', SHAPE);
    engine.evaluate(() => {
      const y = reshape(x.view(), shape);
      expect(y.size).toBe(120);
      expect(y.shape.length).toBe(shape.length);
      expect(y.toArray()).toEqual(x.toArray());
    });
    const outputs = () => {
      const view = x.view();
      return [reshape(view, shape), reshape(view, [10, 12]), view];
    };
    expect(gradcheck(engine, [x], outputs)).toEqual([]);
  });

  test('no gradient takes the place of values that another shape still shows', async () => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', [4, 3, 5]);
    const weights = new LinearWeights(drawn(engine, 'weight', [7, 5]), drawn(engine, 'bias', [7]));
    const above = new LinearWeights(drawn(engine, 'above', [2, 7]), undefined);
    const ids = { data: Int32Array.of(3, 0, 6, 2, 2, 5, 1, 4, 0, 6, 3, 3), shape: [12] };
    const parameters = [x, weights.weight, weights.bias!, above.weight];
    const outputs = () => {
      const logits = linear(x.view(), weights);
      return [linear(logits, above), crossEntropy(reshape(logits, [12, 7]), ids)];
    };
    expect(gradcheck(engine, parameters, outputs)).toEqual([]);
    const reversed = () => {
      const logits = linear(x.view(), weights);
      const flat = reshape(logits, [12, 7]);
      return [linear(flat, above), crossEntropy(logits, { ...ids, shape: [4, 3] })];
    };
    expect(gradcheck(engine, parameters, reversed)).toEqual([]);
  });

  test.each([[[7]], [[-1, -1]], [[7, -1]], [[-2, -60]], [[0, -1]], [[1.5, 80]]])('%j is refused', async (shape) => {
    const engine = await doubleEngine();
    expect(() => engine.evaluate(() => reshape(engine.output('x', SHAPE, false), shape))).toThrow(
      new ShapeError(
        'reshape: shape must hold the 120 elements of x (2, 3, 4, 5), with -1 at most once, got ' +
          `(${shape.length === 1 ? `${shape[0]},` : shape.join(', ')}).`,
      ),
    );
  });
});

test('axes that are not there are refused', async () => {
  const engine = await doubleEngine();
  const refused = (axis1: number, axis2: number) => () =>
    engine.evaluate(() => transpose(engine.output('x', [2, 3], false), axis1, axis2));
  expect(refused(0, 2)).toThrow(
    new ShapeError('transpose: axis must be a whole number from -2 to 1, got 2. x has shape (2, 3).'),
  );
  expect(refused(0.5, 1)).toThrow(ShapeError);
});
