/** Products of views: values by a triple loop, gradients, attention put together, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, ShapeError } from '../../src/errors.js';
import { multiply } from '../../src/ops/broadcast.js';
import { matmul } from '../../src/ops/matmul.js';
import { softmax } from '../../src/ops/softmax.js';
import { transpose } from '../../src/ops/transpose.js';
import { sizeOf } from '../../src/shape.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

/** Leading axes, and whether b has them too. */
const cases = [
  { leading: [], shared: true, M: 3, N: 5, K: 4 },
  { leading: [2], shared: true, M: 3, N: 5, K: 4 },
  { leading: [2, 3], shared: true, M: 2, N: 17, K: 1 },
  { leading: [2, 3], shared: false, M: 2, N: 3, K: 5 },
  { leading: [3], shared: false, M: 1, N: 1, K: 18 },
];

describe.each(cases.flatMap((sizes) => [true, false].map((transposeB) => ({ ...sizes, transposeB }))))(
  '$leading of ($M, $K) by ($K, $N), b shared $shared, transposed $transposeB',
  ({ leading, shared, M, N, K, transposeB }) => {
    const shapeA = [...leading, M, K];
    const shapeB = [...(shared ? leading : []), ...(transposeB ? [N, K] : [K, N])];

    test.each(everywhere)('values: $name', async ({ options, unit }) => {
      const engine = await createEngine(options);
      const [a, b] = [drawn(engine, 'a', shapeA), drawn(engine, 'b', shapeB)];
      const [y, shape] = engine.evaluate(() => {
        const view = matmul(a.view(), b.view(), { transposeB });
        return [view.toArray(), view.shape] as const;
      });
      expect(shape).toEqual([...leading, M, N]);
      const [A, B] = [a.toArray(), b.toArray()];
      for (let i = 0; i < sizeOf(leading); i++) {
        const from = shared ? i * K * N : 0;
        for (let m = 0; m < M; m++) {
          for (let n = 0; n < N; n++) {
            let sum = 0;
            for (let k = 0; k < K; k++)
              sum += A[(i * M + m) * K + k]! * B[from + (transposeB ? n * K + k : k * N + n)]!;
            expect(Math.abs(y[(i * M + m) * N + n]! - sum)).toBeLessThan(16 * unit);
          }
        }
      }
    });

    test('gradients', async () => {
      const engine = await doubleEngine();
      const [a, b] = [drawn(engine, 'a', shapeA), drawn(engine, 'b', shapeB)];
      const outputs = () => {
        const [left, right] = [a.view(), b.view()];
        return [matmul(left, right, { transposeB }), left, right];
      };
      expect(gradcheck(engine, [a, b], outputs)).toEqual([]);
    });
  },
);

test('operands without gradient are left alone', async () => {
  const engine = await doubleEngine();
  const [a, b] = [drawn(engine, 'a', [2, 3]), drawn(engine, 'b', [3, 2])];
  const [dataA, dataB] = [a.toArray(), b.toArray()];
  const left = () => [matmul(a.view(), engine.input({ data: dataB, shape: [3, 2] }))];
  expect(gradcheck(engine, [a, b], left, { unused: [b] })).toEqual([]);
  const right = () => [matmul(engine.input({ data: dataA, shape: [2, 3] }), b.view())];
  expect(gradcheck(engine, [a, b], right, { unused: [a] })).toEqual([]);
});

test('a view with itself', async () => {
  const engine = await doubleEngine();
  const a = drawn(engine, 'a', [2, 3, 3]);
  const outputs = () => {
    const view = a.view();
    return [matmul(view, view), matmul(view, view, { transposeB: true })];
  };
  expect(gradcheck(engine, [a], outputs)).toEqual([]);
});

test('attention: scores, masked weights and contexts of time-major sequences', async () => {
  const engine = await doubleEngine();
  const [T, S, B, H] = [3, 4, 2, 5];
  const [queries, memory] = [drawn(engine, 'queries', [T, B, H]), drawn(engine, 'memory', [S, B, H])];
  const mask = { data: [1, 1, 1, 0, 1, 1, 0, 0], shape: [B, 1, S] };
  const attend = () => {
    const [q, m] = [transpose(queries.view(), 0, 1), transpose(memory.view(), 0, 1)];
    const scores = multiply(matmul(q, m, { transposeB: true }), 1 / Math.sqrt(H));
    return transpose(matmul(softmax(scores, { mask }), m), 0, 1);
  };
  expect(engine.evaluate(() => attend().shape)).toEqual([T, B, H]);
  expect(gradcheck(engine, [queries, memory], () => [attend()])).toEqual([]);
});

test('shapes that do not fit, and unknown options, are refused', async () => {
  const engine = await doubleEngine();
  const refused =
    (a: number[], b: number[], options: object = {}) =>
    () =>
      engine.evaluate(() => matmul(engine.output('a', a, false), engine.output('b', b, false), options));
  const message = (a: string, b: string, form: string = '(..., K, N)'): ShapeError =>
    new ShapeError(
      `matmul: b must be ${form} for a (..., M, K), with the leading axes of a or none, got a ${a} and b ${b}.`,
    );
  expect(refused([2, 3], [2, 3])).toThrow(message('(2, 3)', '(2, 3)'));
  expect(refused([2, 3], [3, 2], { transposeB: true })).toThrow(message('(2, 3)', '(3, 2)', '(..., N, K)'));
  expect(refused([4, 2, 3], [5, 3, 2])).toThrow(message('(4, 2, 3)', '(5, 3, 2)'));
  expect(refused([2, 3], [4, 3, 2])).toThrow(message('(2, 3)', '(4, 3, 2)'));
  expect(refused([3], [3, 2])).toThrow(message('(3,)', '(3, 2)'));
  expect(refused([2, 3], [3])).toThrow(message('(2, 3)', '(3,)'));
  expect(refused([2, 3], [3, 2], { transposeA: true })).toThrow(
    new OptionError("matmul: unknown option 'transposeA'. Known options: transposeB."),
  );
  expect(refused([2, 3], [3, 2], { transposeB: 1 })).toThrow(
    new OptionError('matmul: transposeB must be true or false, got 1.'),
  );
});
