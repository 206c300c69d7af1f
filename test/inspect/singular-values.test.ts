/** Singular values of matrices whose singular values are known, and of random ones beside LAPACK's. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { HostArray } from '../../src/engine.js';
import { DataError, ShapeError } from '../../src/errors.js';
import { singularValues } from '../../src/inspect/singular-values.js';
import { orthogonal } from '../../src/layers/initializers.js';
import { Random } from '../../src/random.js';
import { thrown } from '../thrown.js';

const matrixOf = (rows: readonly (readonly number[])[]): HostArray => ({
  data: rows.flat(),
  shape: [rows.length, rows[0]!.length],
});

const golden = (1 + Math.sqrt(5)) / 2;

test.each<[string, HostArray, number[], number]>([
  ['one number', matrixOf([[-3]]), [3], 0],
  ['zeros', matrixOf([[0, 0, 0], [0, 0, 0]]), [0, 0], 0], // prettier-ignore
  ['a diagonal', matrixOf([[0, 0, -7], [2, 0, 0]]), [7, 2], 0], // prettier-ignore
  ['a rotation', matrixOf([[0.6, -0.8], [0.8, 0.6]]), [1, 1], 1e-15], // prettier-ignore
  ['a Jordan block', matrixOf([[1, 1], [0, 1]]), [golden, 1 / golden], 1e-15], // prettier-ignore
  ['a column', matrixOf([[3], [4], [12]]), [13], 1e-14],
  ['equal columns', matrixOf([[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]), [Math.sqrt(12), 0, 0], 1e-15], // prettier-ignore
  // The singular values of (1, 1; 0, e) are about sqrt(2) and e / sqrt(2): a small one is found to all its digits.
  ['a tiny one', matrixOf([[1, 1], [0, 1e-12]]), [Math.SQRT2, 1e-12 * Math.SQRT1_2], 1e-15], // prettier-ignore
  ['huge numbers', matrixOf([[3e300, 0], [4e300, 0]]), [5e300, 0], 1e286], // prettier-ignore
])('%s', (_name, matrix, wanted, tolerance) => {
  const found = singularValues(matrix);
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, k) => expect(Math.abs(found[k]! - value)).toBeLessThanOrEqual(tolerance));
});

test('an orthogonal matrix has ones, and scaling its rows shows', () => {
  const values = new Float64Array(60 * 60);
  orthogonal(values, 60, 60, new Random(1));
  singularValues({ data: values, shape: [60, 60] }).forEach((value) => expect(Math.abs(value - 1)).toBeLessThan(1e-13));
  const scaled = values.map((value, i) => value * (1 + Math.floor(i / 60)));
  const found = singularValues({ data: scaled, shape: [60, 60] });
  found.forEach((value, k) => expect(Math.abs(value / (60 - k) - 1)).toBeLessThan(1e-13));
});

const fixtures = JSON.parse(readFileSync('test/fixtures/linalg/spectra.json', 'utf8')) as Record<
  string,
  { shape: [number, number]; data: number[]; singularValues: number[] }
>;

test.each(Object.entries(fixtures))('%s, as LAPACK has it', (_name, fixture) => {
  const found = singularValues(fixture);
  const wanted = fixture.singularValues;
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, k) => expect(Math.abs(found[k]! - value)).toBeLessThan(1e-14 * wanted[0]!));
});

test('the sum of their squares is that of the elements; the transpose has the same', () => {
  const data = new Float64Array(70 * 45);
  new Random(2).fillNormal(data, 1);
  const found = singularValues({ data, shape: [70, 45] });
  const squares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
  expect(Math.abs(squares(found) / squares(data) - 1)).toBeLessThan(1e-13);
  const transposed = Float64Array.from(data, (_, i) => data[(i % 70) * 45 + Math.floor(i / 70)]!);
  expect([...singularValues({ data: transposed, shape: [45, 70] })]).toEqual([...found]);
});

test.each<[unknown, typeof ShapeError | typeof DataError, string]>([
  [undefined, ShapeError, 'singularValues: matrix must be { data, shape: [rows, columns] }, got undefined.'],
  [
    { data: [1], shape: [1, 1, 1] },
    ShapeError,
    'singularValues: matrix must be (rows, columns), neither of them 0, got (1, 1, 1).',
  ],
  [{ data: [1], shape: [1, 2] }, ShapeError, 'singularValues: matrix of shape (1, 2) takes 2 values, got 1.'],
  [
    { data: [1, -Infinity], shape: [1, 2] },
    DataError,
    'singularValues: matrix must be finite everywhere, got -Infinity in row 0, column 1. Look for where training diverged.',
  ],
])('%o is refused', (matrix, type, message) => {
  const error = thrown(() => singularValues(matrix as HostArray));
  expect(error).toBeInstanceOf(type);
  expect(error.message).toBe(message);
});
