/** Sums of every row with every row: values, gradients, what is refused. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { ShapeError } from '../../src/errors.js';
import { outerSum } from '../../src/ops/outer-sum.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const [N, I, J, W] = [3, 2, 4, 5];

test.each(everywhere)('each row of a with each of b, as a loop adds them: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const [a, b] = [drawn(engine, 'a', [N, I, W]), drawn(engine, 'b', [N, J, W])];
  const [y, shape] = engine.evaluate(() => {
    const view = outerSum(a.view(), b.view());
    return [view.toArray(), view.shape] as const;
  });
  expect(shape).toEqual([N, I, J, W]);
  const [A, B] = [a.toArray(), b.toArray()];
  y.forEach((value, at) => {
    const [w, j, i, n] = [at % W, Math.floor(at / W) % J, Math.floor(at / W / J) % I, Math.floor(at / W / J / I)];
    expect(Math.abs(value - A[(n * I + i) * W + w]! - B[(n * J + j) * W + w]!)).toBeLessThan(4 * unit);
  });
});

test('gradients, of one operand alone too, and of a view with itself', async () => {
  const engine = await doubleEngine();
  const [a, b] = [drawn(engine, 'a', [N, I, W]), drawn(engine, 'b', [N, J, W])];
  const [dataA, dataB] = [a.toArray(), b.toArray()];
  const both = () => {
    const [left, right] = [a.view(), b.view()];
    return [outerSum(left, right), left, right];
  };
  expect(gradcheck(engine, [a, b], both)).toEqual([]);
  const left = () => [outerSum(a.view(), engine.input({ data: dataB, shape: [N, J, W] }))];
  expect(gradcheck(engine, [a, b], left, { unused: [b] })).toEqual([]);
  const right = () => [outerSum(engine.input({ data: dataA, shape: [N, I, W] }), b.view())];
  expect(gradcheck(engine, [a, b], right, { unused: [a] })).toEqual([]);
  const itself = () => {
    const view = a.view();
    return [outerSum(view, view)];
  };
  expect(gradcheck(engine, [a], itself)).toEqual([]);
});

test('shapes that do not fit are refused', async () => {
  const engine = await doubleEngine();
  const refused = (a: number[], b: number[]) => () =>
    engine.evaluate(() => outerSum(engine.output('a', a, false), engine.output('b', b, false)));
  expect(refused([3, 5], [3, 4, 5])).toThrow(new ShapeError('outerSum: a must be (N, I, W), got (3, 5).'));
  expect(refused([3, 2, 5], [2, 4, 5])).toThrow(
    new ShapeError(
      'outerSum: b must be (N, J, W) = (3, J, 5), got (2, 4, 5). N = 3 comes from a (N, I, W). W = 5 comes from a (N, I, W).',
    ),
  );
  expect(refused([3, 2, 5], [3, 4, 6])).toThrow(ShapeError);
});
