/** Rows of a table by id: values, gradients, and ids that cannot be. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { DataError, ShapeError } from '../../src/errors.js';
import { embedding } from '../../src/ops/embedding.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const V = 7;
const E = 5;

/** Ids (4, 3) with repetitions, without id 5. */
const ids = { data: Int32Array.of(3, 0, 6, 3, 3, 1, 0, 2, 4, 6, 6, 3), shape: [4, 3] };

test.each(everywhere)('rows come in the order of the ids, with an axis more: $name', async ({ options }) => {
  const engine = await createEngine(options);
  const table = drawn(engine, 'table', [V, E]);
  const rows = table.toArray();
  const [values, shape] = engine.evaluate(() => {
    const y = embedding(ids, table);
    return [y.toArray(), y.shape] as const;
  });
  expect(shape).toEqual([4, 3, E]);
  ids.data.forEach((id, i) => expect(values.slice(i * E, (i + 1) * E)).toEqual(rows.slice(id * E, (id + 1) * E)));
});

test('gradients add up where an id is repeated, and a row nobody asked for has none', async () => {
  const engine = await doubleEngine();
  const table = drawn(engine, 'table', [V, E]);
  const both = () => [embedding(ids, table), embedding({ data: Int32Array.of(3), shape: [1] }, table)];
  expect(gradcheck(engine, [table], both)).toEqual([]);
  expect(table.gradientToArray().slice(5 * E, 6 * E)).toEqual(new Float64Array(E));
});

test.each([
  [[12], 12],
  [[], 1],
  [[2, 1, 3, 2], 12],
])('ids may have any shape: %j', async (shape, n) => {
  const engine = await doubleEngine();
  const table = drawn(engine, 'table', [V, E]);
  const some = { data: ids.data.slice(0, n), shape };
  expect(engine.evaluate(() => embedding(some, table).shape)).toEqual([...shape, E]);
  expect(gradcheck(engine, [table], () => [embedding(some, table)])).toEqual([]);
});

test.each([
  [V, '[3, 1]', 10],
  [-1, '[0, 0]', 0],
  [2 ** 31 - 1, '[1, 2]', 5],
])('id %i is outside the vocabulary: the message says where it is', async (id, where, at) => {
  const engine = await doubleEngine();
  const table = drawn(engine, 'table', [V, E]);
  const data = ids.data.slice();
  data[at] = id;
  expect(() => engine.evaluate(() => embedding({ data, shape: [4, 3] }, table))).toThrow(
    new DataError(`embedding: id ${id} at ${where} is outside the vocabulary of ${V}.`),
  );
});

test('ids must be an Int32Array as long as their shape', async () => {
  const engine = await doubleEngine();
  const table = drawn(engine, 'table', [V, E]);
  const refused = (data: unknown, shape: number[]) => () =>
    engine.evaluate(() => embedding({ data: data as Int32Array, shape }, table));
  expect(refused(ids.data, [3, 3])).toThrow(
    new ShapeError('embedding: ids of shape (3, 3) must be an Int32Array of 9, got Int32Array of 12.'),
  );
  expect(refused([1, 2], [2])).toThrow(
    new ShapeError('embedding: ids of shape (2,) must be an Int32Array of 2, got Array of 2.'),
  );
});
