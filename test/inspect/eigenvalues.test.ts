/** Eigenvalues of matrices whose eigenvalues are known, and of random ones beside LAPACK's. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DataError, ShapeError } from '../../src/errors.js';
import { eigenvalues, spectralRadius } from '../../src/inspect/eigenvalues.js';
import type { Eigenvalues } from '../../src/inspect/eigenvalues.js';
import type { HostArray } from '../../src/engine.js';
import { Random } from '../../src/random.js';
import { thrown } from '../thrown.js';

const square = (rows: readonly (readonly number[])[]): HostArray => ({
  data: rows.flat(),
  shape: [rows.length, rows.length],
});

/** From a function of row and column. */
const made = (n: number, at: (i: number, j: number) => number): HostArray => {
  return square(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => at(i, j))));
};

/** The largest distance from an expected eigenvalue to the nearest found one, each taken once. */
function distance(found: Eigenvalues, wanted: readonly (readonly [number, number])[]): number {
  expect(found.re.length).toBe(wanted.length);
  const left = Array.from(found.re, (re, k) => [re, found.im[k]!] as const);
  return Math.max(
    ...wanted.map(([re, im]) => {
      const distances = left.map((other) => Math.hypot(other[0] - re, other[1] - im));
      const nearest = Math.min(...distances);
      left.splice(distances.indexOf(nearest), 1);
      return nearest;
    }),
  );
}

const angles = (n: number): [number, number][] =>
  Array.from({ length: n }, (_, k) => [Math.cos((2 * Math.PI * k) / n), Math.sin((2 * Math.PI * k) / n)]);

/** The companion matrix of the polynomial with these roots. */
function companion(roots: readonly number[]): HostArray {
  let coefficients = [1];
  for (const root of roots) {
    coefficients = [...coefficients, 0].map((value, i) => value - root * (coefficients[i - 1] ?? 0));
  }
  const n = roots.length;
  return made(n, (i, j) => (i === 0 ? -coefficients[j + 1]! : i === j + 1 ? 1 : 0));
}

describe('known matrices', () => {
  test.each<[string, HostArray, [number, number][], number]>([
    ['one number', square([[-3]]), [[-3, 0]], 0],
    ['zeros', made(4, () => 0), [[0, 0], [0, 0], [0, 0], [0, 0]], 0], // prettier-ignore
    ['a diagonal', made(5, (i, j) => (i === j ? i - 2 : 0)), [[2, 0], [-2, 0], [1, 0], [-1, 0], [0, 0]], 0], // prettier-ignore
    ['a triangle', made(6, (i, j) => (i === j ? i + 1 : i < j ? 7 : 0)), [1, 2, 3, 4, 5, 6].map((x) => [x, 0]), 1e-12],
    ['a rotation', square([[0.6, -0.8], [0.8, 0.6]]), [[0.6, 0.8], [0.6, -0.8]], 1e-15], // prettier-ignore
    // The usual shifts leave a cycle as it is; only made-up ones get on with it.
    ['a cycle of 3', made(3, (i, j) => (i === (j + 1) % 3 ? 1 : 0)), angles(3), 1e-14],
    ['a cycle of 8', made(8, (i, j) => (i === (j + 1) % 8 ? 1 : 0)), angles(8), 1e-14],
    ['the roots 1 to 6', companion([1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6].map((x) => [x, 0]), 1e-10],
    ['a difference of powers', companion([1e-3, 1, 1e3]), [[1e-3, 0], [1, 0], [1e3, 0]], 1e-10], // prettier-ignore
    ['huge numbers', square([[3e300, 4e300], [4e300, -3e300]]), [[5e300, 0], [-5e300, 0]], 1e286], // prettier-ignore
    ['tiny numbers', square([[0, 1e-300], [-1e-300, 0]]), [[0, 1e-300], [0, -1e-300]], 1e-315], // prettier-ignore
  ])('%s', (_name, matrix, wanted, tolerance) => {
    expect(distance(eigenvalues(matrix), wanted)).toBeLessThanOrEqual(tolerance);
  });

  // An error e of a Jordan block of n moves its eigenvalue by the n-th root of e.
  test.each([2, 3, 5])('a Jordan block of %i, turned so that nothing is zero', (n) => {
    const jordan = made(n, (i, j) => (i === j ? 0.5 : j === i + 1 ? 1 : 0));
    const P = made(n, (i, j) => (i === j ? 2 : Math.cos(i + 2 * j) / n));
    const similar = times(times(P, jordan), inverse(P));
    const wanted = Array.from({ length: n }, () => [0.5, 0] as const);
    expect(distance(eigenvalues(similar), wanted)).toBeLessThan(4 * 1e-15 ** (1 / n));
    expect(distance(eigenvalues(jordan), wanted)).toBe(0);
  });
});

test('the largest comes first, of a pair the one above the real axis', () => {
  const { re, im } = eigenvalues(made(5, (i, j) => [[1, 0, 0, 0, 0], [0, 0, -2, 0, 0], [0, 2, 0, 0, 0], [0, 0, 0, -3, 0], [0, 0, 0, 0, 0.5]][i]![j]!)); // prettier-ignore
  expect([...re]).toEqual([-3, 0, 0, 1, 0.5]);
  expect([...im]).toEqual([0, 2, -2, 0, 0]);
});

test('the spectral radius is the largest modulus, whatever the norm', () => {
  expect(spectralRadius(square([[0.3, 1000], [0, -0.4]]))).toBe(0.4); // prettier-ignore
  expect(spectralRadius(square([[3, -4], [4, 3]]))).toBeCloseTo(5, 14); // prettier-ignore
});

const fixtures = JSON.parse(readFileSync('test/fixtures/linalg/spectra.json', 'utf8')) as Record<
  string,
  { shape: [number, number]; data: number[]; re: number[]; im: number[] }
>;

test.each(Object.entries(fixtures).filter(([, { re }]) => re.length > 0))('%s, as LAPACK has it', (_name, fixture) => {
  const wanted = fixture.re.map((re, k) => [re, fixture.im[k]!] as const);
  const largest = Math.max(...wanted.map(([re, im]) => Math.hypot(re, im)));
  expect(distance(eigenvalues(fixture), wanted)).toBeLessThan(1e-13 * largest);
});

test('random matrices: sums of powers are traces, and the radius is that of the circular law', () => {
  const n = 100;
  const data = new Float64Array(n * n);
  new Random(3).fillNormal(data, 1 / Math.sqrt(n));
  const matrix = { data, shape: [n, n] };
  const { re, im } = eigenvalues(matrix);
  const squared = times(matrix, matrix);
  const trace = ({ data }: HostArray): number =>
    Array.from({ length: n }, (_, i) => data[i * n + i]!).reduce((a, b) => a + b);
  expect(re.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace(matrix), 11);
  expect(re.reduce((sum, value, k) => sum + value ** 2 - im[k]! ** 2, 0)).toBeCloseTo(trace(squared), 11);
  expect(im.reduce((sum, value) => sum + value, 0)).toBe(0);
  expect(spectralRadius(matrix)).toBeGreaterThan(0.9);
  expect(spectralRadius(matrix)).toBeLessThan(1.2);
});

test.each<[unknown, typeof ShapeError | typeof DataError, string]>([
  [7, ShapeError, 'eigenvalues: matrix must be { data, shape: [rows, columns] }, got number.'],
  [
    { data: [1, 2], shape: [2] },
    ShapeError,
    'eigenvalues: matrix must be (rows, columns), neither of them 0, got (2,).',
  ],
  [
    { data: [], shape: [0, 0] },
    ShapeError,
    'eigenvalues: matrix must be (rows, columns), neither of them 0, got (0, 0).',
  ],
  [{ data: [1, 2, 3], shape: [2, 2] }, ShapeError, 'eigenvalues: matrix of shape (2, 2) takes 4 values, got 3.'],
  [
    { data: [1, 2], shape: [1, 2] },
    ShapeError,
    'eigenvalues: matrix must be square, got (1, 2). Take singularValues of it.',
  ],
  [
    { data: [1, 2, NaN, 4], shape: [2, 2] },
    DataError,
    'eigenvalues: matrix must be finite everywhere, got NaN in row 1, column 0. Look for where training diverged.',
  ],
])('%o is refused', (matrix, type, message) => {
  const error = thrown(() => eigenvalues(matrix as HostArray));
  expect(error).toBeInstanceOf(type);
  expect(error.message).toBe(message);
});

function times(a: HostArray, b: HostArray): HostArray {
  const n = a.shape[0]!;
  return made(n, (i, j) =>
    Array.from({ length: n }, (_, k) => a.data[i * n + k]! * b.data[k * n + j]!).reduce((x, y) => x + y),
  );
}

/** By Gauss and Jordan's elimination; the diagonal dominates, so no row is exchanged. */
function inverse({ data, shape }: HostArray): HostArray {
  const n = shape[0]!;
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => data[i * n + j]!),
    ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (const [k, pivot] of rows.entries()) {
    const scale = pivot[k]!;
    pivot.forEach((value, j) => (pivot[j] = value / scale));
    for (const row of rows) {
      const factor = row[k]!;
      if (row !== pivot) row.forEach((value, j) => (row[j] = value - factor * pivot[j]!));
    }
  }
  return square(rows.map((row) => row.slice(n)));
}
