/** Views joined and cut along an axis: values, gradients, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { ShapeError } from '../../src/errors.js';
import { concat, slice } from '../../src/ops/concat.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const SHAPE = [2, 3, 5];

describe.each([0, 1, 2, -1])('axis %i', (axis) => {
  const at = (axis + 3) % 3;
  const shapes = [SHAPE, SHAPE.with(at, 1), SHAPE.with(at, 4), SHAPE.with(at, 0)];

  test.each(everywhere)('slices of what was joined are the parts: $name', async ({ options }) => {
    const engine = await createEngine(options);
    const parts = shapes.map((shape, i) => drawn(engine, `part ${i}`, shape));
    const [whole, ...slices] = engine.evaluate(() => {
      const y = concat(
        parts.map((part) => part.view()),
        axis,
      );
      let start = 0;
      const cut = shapes.map((shape) => slice(y, axis, start, (start += shape[at]!)));
      return [y, ...cut].map((view) => ({ shape: view.shape, values: view.toArray() }));
    });
    expect(whole!.shape).toEqual(SHAPE.with(at, SHAPE[at]! + 5));
    slices.forEach(({ shape, values }, i) => {
      expect(shape).toEqual(shapes[i]);
      expect(values).toEqual(parts[i]!.toArray());
    });
  });

  test('gradients', async () => {
    const engine = await doubleEngine();
    const parts = shapes.slice(0, 3).map((shape, i) => drawn(engine, `part ${i}`, shape));
    const joined = () => {
      const views = parts.map((part) => part.view());
      return [concat([...views, views[0]!], axis), views[1]!];
    };
    expect(gradcheck(engine, parts, joined)).toEqual([]);
    const [x] = parts;
    const cut = () => {
      const view = x!.view();
      return [
        slice(view, axis, 1),
        slice(view, axis, 0, 1),
        slice(view, axis, 0, SHAPE[at]! - 1),
        slice(view, axis, 1, 1),
      ];
    };
    expect(gradcheck(engine, [x!], cut)).toEqual([]);
  });
});

test('the order of the elements, once by hand', async () => {
  const engine = await createEngine({ kernels: 'simd', debug: true });
  const values = engine.evaluate(() => {
    const [a, b] = [engine.input({ data: [1, 2, 3, 4], shape: [2, 2] }), engine.input({ data: [5, 6], shape: [2, 1] })];
    return Array.from(concat([a, b], 1).toArray());
  });
  expect(values).toEqual([1, 2, 5, 3, 4, 6]);
});

test('a view without gradient is left alone', async () => {
  const engine = await doubleEngine();
  const [x, used] = [drawn(engine, 'x', [2, 3]), drawn(engine, 'used', [2, 3])];
  const data = x.toArray();
  const outputs = () => [concat([engine.input({ data, shape: [2, 3] }), used.view()], 0)];
  expect(gradcheck(engine, [x, used], outputs, { unused: [x] })).toEqual([]);
});

test('no views, views that do not fit, and ranges outside are refused', async () => {
  const engine = await doubleEngine();
  const joined = (shapes: number[][], axis: number) => () =>
    engine.evaluate(() =>
      concat(
        shapes.map((shape) => engine.output('x', shape, false)),
        axis,
      ),
    );
  expect(joined([], 0)).toThrow(new ShapeError('concat: views must hold at least one view, got none.'));
  expect(
    joined(
      [
        [2, 3],
        [2, 4],
      ],
      0,
    ),
  ).toThrow(new ShapeError('concat: view 1 must be (2, 3) but for axis 0, got (2, 4). The shape comes from view 0.'));
  expect(joined([[2, 3], [2]], -2)).toThrow(ShapeError);
  expect(joined([[2, 3]], 2)).toThrow(
    new ShapeError('concat: axis must be a whole number from -2 to 1, got 2. x has shape (2, 3).'),
  );
  const cut = (start: number, end?: number) => () =>
    engine.evaluate(() => slice(engine.output('x', [2, 3], false), 1, start, end));
  for (const [start, end] of [
    [-1, 2],
    [2, 1],
    [0, 4],
    [0.5, 1],
    [4, undefined],
  ] as const) {
    expect(cut(start, end)).toThrow(
      new ShapeError(
        `slice: start and end must be whole numbers with 0 <= start <= end <= 3, got ${start} and ${end ?? 3}. ` +
          '3 comes from axis 1 of x (2, 3).',
      ),
    );
  }
});
