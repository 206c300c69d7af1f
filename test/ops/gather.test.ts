/** Rows of a view by number: values, gradients, what is refused. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { DataError, ShapeError } from '../../src/errors.js';
import { gather } from '../../src/ops/gather.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

/** Rows of 5, with repetitions, without row 1. */
const ids = { data: Int32Array.of(3, 0, 4, 3, 3, 2), shape: [2, 3] };

test.each(everywhere)('rows come in the order of the ids: $name', async ({ options }) => {
  const engine = await createEngine(options);
  const x = drawn(engine, 'x', [5, 2, 3]);
  const [y, shape] = engine.evaluate(() => {
    const view = gather(x.view(), ids);
    return [view.toArray(), view.shape] as const;
  });
  expect(shape).toEqual([2, 3, 2, 3]);
  const rows = x.toArray();
  ids.data.forEach((id, i) => expect(y.slice(i * 6, (i + 1) * 6)).toEqual(rows.slice(id * 6, (id + 1) * 6)));
});

test('gradients add up where a row is taken again, and a row nobody took has none', async () => {
  const engine = await doubleEngine();
  const [x, weight] = [drawn(engine, 'x', [5, 2, 3]), drawn(engine, 'weight', [4, 3])];
  expect(gradcheck(engine, [x], () => [gather(x.view(), ids)])).toEqual([]);
  expect(x.gradientToArray().slice(6, 12)).toEqual(new Float64Array(6));
  const weights = new LinearWeights(weight, undefined);
  const outputs = () => {
    const shared = linear(x.view(), weights);
    return [gather(shared, ids), shared, gather(shared, { data: Int32Array.of(1), shape: [] })];
  };
  expect(gradcheck(engine, [x, weight], outputs)).toEqual([]);
});

test('elements of a vector are rows too', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [5]);
  expect(gradcheck(engine, [x], () => [gather(x.view(), ids)])).toEqual([]);
  expect(engine.evaluate(() => gather(x.view(), ids).shape)).toEqual([2, 3]);
});

test('rows that are not there, and a view without rows, are refused', async () => {
  const engine = await doubleEngine();
  const refused = (shape: number[], data: Int32Array) => () =>
    engine.evaluate(() => gather(engine.output('x', shape, false), { data, shape: [2, 3] }));
  expect(refused([5, 2], ids.data.with(4, 5))).toThrow(
    new DataError('gather: id 5 at [1, 1] is outside the 5 rows of x.'),
  );
  expect(refused([5, 2], ids.data.with(0, -1))).toThrow(
    new DataError('gather: id -1 at [0, 0] is outside the 5 rows of x.'),
  );
  expect(refused([5, 2], ids.data.slice(1))).toThrow(
    new ShapeError('gather: ids of shape (2, 3) must be an Int32Array of 6, got Int32Array of 5.'),
  );
  expect(refused([], ids.data)).toThrow(new ShapeError('gather: x must be (N, ...), got ().'));
});
