/** Rows as examples: batches, parts, what tells them from others, what they cannot be. */

import { expect, test } from 'vitest';
import { Rows } from '../../src/data/rows.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';

const numbers = Float32Array.from({ length: 12 }, (_, i) => i / 2 - 1);

test('batches are copies of the rows asked for, in that order', () => {
  const rows = new Rows(numbers, 3);
  expect([rows.count, rows.width, rows.length()]).toEqual([4, 3, 1]);
  const { data, shape } = rows.batch([3, 1]);
  expect(shape).toEqual([2, 3]);
  expect(Array.from(data)).toEqual([3.5, 4, 4.5, 0.5, 1, 1.5]);
  data.fill(0);
  expect(Array.from(rows.batch([3]).data)).toEqual([3.5, 4, 4.5]);
});

test('bytes stand for 0 to 1', () => {
  expect(Array.from(new Rows(Uint8Array.of(0, 255, 51, 102), 2).batch([1, 0]).data)).toEqual(
    [0.2, 0.4, 0, 1].map(Math.fround),
  );
});

test('the fingerprint follows from the numbers and the width', () => {
  const print = (data: Float32Array, width: number): string => new Rows(data, width).fingerprint;
  expect(print(numbers.slice(), 3)).toBe(print(numbers, 3));
  expect(print(numbers, 4)).not.toBe(print(numbers, 3));
  expect(
    print(
      numbers.map((x) => x + 1),
      3,
    ),
  ).not.toBe(print(numbers, 3));
});

test('the end is cut off, at least one row of it', () => {
  const rows = new Rows(numbers, 3);
  const half = rows.split(0.5);
  expect([half.train.count, half.held.count]).toEqual([2, 2]);
  expect(half.held.batch([0]).data).toEqual(rows.batch([2]).data);
  expect(rows.split(0.01).held.count).toBe(1);
  expect(() => rows.split(0.99)).toThrow(
    new DataError('split: each part needs a row, and fraction 0.99 leaves none of 4 to train on.'),
  );
  expect(() => rows.split(1)).toThrow(new OptionError('split: fraction must be a number above 0 and below 1, got 1.'));
});

test.each([
  ['bytes', Uint8Array],
  ['a Buffer', Buffer], // its slice() is no copy
  ['floats', Float32Array],
])('shuffled, every row of %s is there once, in an order that follows from the seed', (name, type) => {
  const scale = name === 'floats' ? 1 / 255 : 1;
  const rows = new Rows(type.from(Array.from({ length: 300 }, (_, i) => scale * Math.floor(i / 3))), 3);
  const order = (seed: number): number[] => {
    const { data } = rows.shuffled(seed).batch(Array.from({ length: 100 }, (_, i) => i));
    expect(data.every((x, i) => x === data[3 * Math.floor(i / 3)])).toBe(true);
    return Array.from(
      data.filter((_, i) => i % 3 === 0),
      (x) => Math.round(255 * x),
    );
  };
  expect(order(1)).toEqual(order(1));
  expect(order(1)).not.toEqual(order(2));
  expect(order(1).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('numbers that make no rows', () => {
  expect(() => new Rows(numbers, 5)).toThrow(new ShapeError('Rows: data must be (N, I) with I = 5, got 12 numbers.'));
  expect(() => new Rows(numbers, 0)).toThrow(ShapeError);
  expect(() => new Rows(new Uint8Array(0), 5)).toThrow(new DataError('Rows: there is no row. Give at least one.'));
});
