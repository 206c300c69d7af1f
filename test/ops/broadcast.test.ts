/** Sums and products element by element: values from the definition, every way one operand may be smaller, gradients. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import type { View } from '../../src/memory/view.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { add, multiply, subtract } from '../../src/ops/broadcast.js';
import type { Shape } from '../../src/shape.js';
import { sizeOf } from '../../src/shape.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const operations = [
  { name: 'add', op: add, value: (x: number, y: number) => x + y },
  { name: 'subtract', op: subtract, value: (x: number, y: number) => x - y },
  { name: 'multiply', op: multiply, value: (x: number, y: number) => x * y },
];

/** A shape and one that fits it: the same, rows, columns, numbers, and axes that are repeated between others. */
const pairs: readonly (readonly [number[], number[]])[] = [
  [
    [4, 3, 5],
    [4, 3, 5],
  ],
  [[4, 3, 5], [5]],
  [
    [4, 3, 5],
    [3, 5],
  ],
  [
    [4, 3, 5],
    [4, 3, 1],
  ],
  [
    [4, 3, 5],
    [4, 1, 5],
  ],
  [
    [4, 3, 5],
    [1, 3, 1],
  ],
  [
    [4, 3, 5],
    [3, 1],
  ],
  [
    [4, 3, 5],
    [1, 1, 1],
  ],
  [[4, 3, 5], []],
  [
    [2, 3, 2, 2, 3],
    [2, 1, 2, 1, 3],
  ],
  [
    [2, 3, 2, 2, 3],
    [3, 1, 2, 1],
  ],
  [[], []],
  [[1, 4], [4]],
];

/** Element i of a shape, as the index into a smaller one. */
function within(i: number, large: Shape, small: Shape): number {
  const padded = [...large.map(() => 1), ...small].slice(-large.length);
  let [index, stride] = [0, 1];
  for (let axis = large.length - 1; axis >= 0; axis--) {
    const k = i % large[axis]!;
    i = Math.floor(i / large[axis]!);
    if (padded[axis] !== 1) index += k * stride;
    stride *= padded[axis]!;
  }
  return index;
}

describe.each(operations)('$name', ({ op, value }) => {
  test.each(everywhere)('values are those of the definition, either operand the smaller: $name', async (setting) => {
    const engine = await createEngine(setting.options);
    for (const [large, small] of pairs) {
      const [a, b] = [drawn(engine, 'a', large), drawn(engine, 'b', small)];
      const [first, second, shape] = engine.evaluate(() => {
        const y = op(a.view(), b.view());
        return [y.toArray(), op(b.view(), a.view()).toArray(), y.shape] as const;
      });
      expect(shape).toEqual(large);
      const [A, B] = [a.toArray(), b.toArray()];
      for (let i = 0; i < A.length; i++) {
        const other = B[within(i, large, small)]!;
        expect(Math.abs(first[i]! - value(A[i]!, other))).toBeLessThan(4 * setting.unit);
        expect(Math.abs(second[i]! - value(other, A[i]!))).toBeLessThan(4 * setting.unit);
      }
    }
  });

  test.each(pairs)('gradients of %j and %j', async (large, small) => {
    const engine = await doubleEngine();
    const [a, b] = [drawn(engine, 'a', large), drawn(engine, 'b', small)];
    expect(gradcheck(engine, [a, b], () => [op(a.view(), b.view()), op(b.view(), a.view())])).toEqual([]);
    expect(gradcheck(engine, [a, b], () => [op(a.view(), b.view())])).toEqual([]);
    expect(gradcheck(engine, [a, b], () => [op(b.view(), a.view())])).toEqual([]);
  });

  test('numbers, on either side', async () => {
    const engine = await doubleEngine();
    const a = drawn(engine, 'a', [4, 3]);
    const [behind, before] = engine.evaluate(() => [op(a.view(), 0.25).toArray(), op(0.25, a.view()).toArray()]);
    a.toArray().forEach((x, i) => {
      expect(behind[i]).toBeCloseTo(value(x, 0.25), 14);
      expect(before[i]).toBeCloseTo(value(0.25, x), 14);
    });
    expect(gradcheck(engine, [a], () => [op(a.view(), 0.25), op(0.25, a.view())])).toEqual([]);
  });

  test('results that others read, in one step with their operands', async () => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', [4, 5]);
    const weights = new LinearWeights(drawn(engine, 'weight', [3, 5]), undefined);
    const row = drawn(engine, 'row', [3]);
    const outputs = () => {
      const shared = linear(x.view(), weights);
      const y = op(shared, row.view());
      return [op(y, shared), y, shared];
    };
    expect(gradcheck(engine, [x, weights.weight, row], outputs)).toEqual([]);
  });

  test('an operand without gradient is left alone', async () => {
    const engine = await doubleEngine();
    const [a, b] = [drawn(engine, 'a', [2, 3]), drawn(engine, 'b', [3])];
    const input = (parameter: typeof a) => {
      const data = parameter.toArray().map(() => 0.5);
      return () => engine.input({ data, shape: parameter.shape });
    };
    const [plainA, plainB] = [input(a), input(b)];
    expect(gradcheck(engine, [a, b], () => [op(a.view(), plainB())], { unused: [b] })).toEqual([]);
    expect(gradcheck(engine, [a, b], () => [op(plainA(), b.view())], { unused: [a] })).toEqual([]);
    expect(engine.evaluate(() => op(plainA(), plainB()).requiresGrad)).toBe(false);
  });
});

test('a view with itself: squares', async () => {
  const engine = await doubleEngine();
  const a = drawn(engine, 'a', [2, 3]);
  const outputs = () => {
    const view = a.view();
    return [multiply(view, view), add(view, view)];
  };
  expect(gradcheck(engine, [a], outputs)).toEqual([]);
});

test('operands without elements have none', async () => {
  const engine = await doubleEngine();
  const y = engine.evaluate(() => add(engine.output('a', [0, 3], false), 1).shape);
  expect(sizeOf(y)).toBe(0);
});

test.each([
  [
    [0, 3],
    [1, 3],
  ],
  [
    [4, 0],
    [4, 1],
  ],
  [
    [0, 1],
    [1, 3],
  ],
  [
    [2, 0, 3],
    [1, 3],
  ],
] as const)('%j and %j: the one that is repeated may hold more', async (one, other) => {
  const engine = await doubleEngine();
  const fitting = one.every((length, axis) => length !== 1 || other[axis + other.length - one.length] === 1);
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const) {
    // prettier-ignore
    for (const { op } of operations) {
      const run = () => engine.evaluate(() => op(...([a, b].map((shape) => engine.input({ data: new Float64Array(sizeOf(shape)), shape })) as [View, View])).shape); // prettier-ignore
      if (fitting) expect(run()).toEqual(one);
      else expect(run).toThrow(ShapeError);
    }
  }
});

test('shapes that do not fit, and what is no operand, are refused', async () => {
  const engine = await doubleEngine();
  const refused = (a: unknown, b: unknown) => () =>
    engine.evaluate(() => {
      const operand = (given: unknown): never =>
        (Array.isArray(given) ? engine.output('x', given as number[], false) : given) as never;
      return add(operand(a), operand(b));
    });
  const message = (small: string, large: string, name: string, other: string): ShapeError =>
    new ShapeError(
      `add: ${name} must fit ${other} ${large}, each axis from the last the same, or 1, or missing, got ${small}. Reshape it.`,
    );
  expect(refused([4, 3], [4])).toThrow(message('(4,)', '(4, 3)', 'b', 'a'));
  expect(refused([4], [4, 3])).toThrow(message('(4,)', '(4, 3)', 'a', 'b'));
  expect(refused([4, 1], [1, 3])).toThrow(message('(1, 3)', '(4, 1)', 'b', 'a'));
  expect(refused([1, 1, 3], [4, 3])).toThrow(message('(4, 3)', '(1, 1, 3)', 'b', 'a'));
  expect(refused([4], NaN)).toThrow(new OptionError('add: b must be a number, got NaN.'));
  expect(refused([4], 'x')).toThrow(RecurraError);
  expect(refused(1, 2)).toThrow(RecurraError);
  const other = await doubleEngine();
  const foreign = drawn(other, 'foreign', [4]);
  other.evaluate(() => {
    const view = foreign.view();
    expect(refused([4], view)).toThrow(RecurraError);
  });
});
