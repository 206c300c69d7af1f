/** Patterns for the tests of associative memories. */

import type { HostArray } from '../../src/engine.js';
import { Random } from '../../src/random.js';

/** -1 and 1, (rows, N), each as likely. */
export interface Signs extends HostArray {
  readonly data: Int8Array;
  readonly shape: readonly [rows: number, N: number];
}

/** Random signs, (rows, N). */
export function signs(rows: number, N: number, seed: number): Signs {
  const random = new Random(seed);
  return { data: Int8Array.from({ length: rows * N }, () => (random.uniform() < 0.5 ? -1 : 1)), shape: [rows, N] };
}

/** The same with this fraction of the units turned over. */
export function corrupted({ data, shape }: Signs, fraction: number, seed: number): Signs {
  const random = new Random(seed);
  return { data: data.map((value) => (random.uniform() < fraction ? -value : value)), shape };
}

/** One row, (1, N). */
export function rowOf({ data, shape }: Signs, row: number): Signs {
  const [, N] = shape;
  return { data: data.slice(row * N, (row + 1) * N), shape: [1, N] };
}

/** The fraction of units in which two arrays differ. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) count++;
  return count / b.length;
}

/** The mean of some values, and its standard error. */
export function meanOf(values: readonly number[]): { mean: number; error: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}
