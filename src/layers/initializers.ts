/**
 * How weights begin. Each fills a matrix (rows, columns) = (fan-out, fan-in), row-major, from the engine's random
 * numbers; exact arithmetic only, so a seed gives the same weights in every runtime.
 */

import type { Random } from '../random.js';
import { checkNumber } from '../options.js';

/** Fills a row-major matrix of `rows` x `columns`. */
export type Initializer = (values: Float64Array, rows: number, columns: number, random: Random) => void;

/** Uniform in [-limit, limit). */
export function uniform(limit: number): Initializer {
  checkNumber('uniform', 'limit', limit, { least: 0 });
  return (values, _rows, _columns, random) => {
    random.fillBetween(values, -limit, limit);
  };
}

/** Mean 0 and this standard deviation, within six of them (see Random.normal). */
export function normal(deviation: number): Initializer {
  checkNumber('normal', 'deviation', deviation, { least: 0 });
  return (values, _rows, _columns, random) => {
    random.fillNormal(values, deviation);
  };
}

/** All the same. */
export function constant(value: number): Initializer {
  checkNumber('constant', 'value', value);
  return (values) => void values.fill(value);
}

/** Uniform with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010): keeps the scale through tanh and sigmoid. */
export const xavier: Initializer = (values, rows, columns, random) => {
  uniform(Math.sqrt(6 / (rows + columns)))(values, rows, columns, random);
};

/** Uniform with variance 2 / fan-in (He et al. 2015): keeps the scale through ReLU. */
export const he: Initializer = (values, rows, columns, random) => {
  uniform(Math.sqrt(6 / columns))(values, rows, columns, random);
};

/**
 * Rows (or columns, where there are fewer) orthonormal (Saxe, McClelland and Ganguli 2014): the recurrent product
 * then keeps the length of the state. Gram and Schmidt's method, modified, on normal vectors; its error in 64 bits is
 * far below what 32 bits can hold.
 */
export const orthogonal: Initializer = (values, rows, columns, random) => {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const basis = new Float64Array(count * length);
  const drawn = new Float64Array(count * length);
  random.fillNormal(drawn, 1);
  const vectors = new Float64Array(4 * length);
  for (let first = 0; first < count; first += 4) {
    const rest = Math.min(4, count - first);
    for (let k = 0; k < rest; k++) {
      for (let i = 0; i < length; i++) vectors[4 * i + k] = drawn[(first + k) * length + i]!;
    }
    if (first > 0) projectOut(vectors, basis, first, length);
    for (let k = 0; k < rest; k++) append(vectors, k, basis, first, length);
  }
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++)
      values[r * columns + c] = basis[rows <= columns ? r * length + c : c * length + r]!;
  }
};

/**
 * Makes four vectors, interleaved in `vectors` (length, 4), orthogonal to the first `count` rows of the basis, one row
 * after another: one pass takes away the projections on row j - 1 and forms those on row j. Nearly all of the
 * O(H^3) work is here; four sums at once do not wait for each other. The first and the last pass have one thing to do.
 */
function projectOut(vectors: Float64Array, basis: Float64Array, count: number, length: number): void {
  let p0 = 0, p1 = 0, p2 = 0, p3 = 0; // prettier-ignore
  for (let j = 0; j <= count; j++) {
    const before = Math.max(j - 1, 0) * length;
    const at = Math.min(j, count - 1) * length;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0; // prettier-ignore
    for (let i = 0, k = 0; i < length; i++, k += 4) {
      const taken = basis[before + i]!;
      const next = basis[at + i]!;
      const x0 = vectors[k]! - p0 * taken;
      const x1 = vectors[k + 1]! - p1 * taken;
      const x2 = vectors[k + 2]! - p2 * taken;
      const x3 = vectors[k + 3]! - p3 * taken;
      vectors[k] = x0;
      vectors[k + 1] = x1;
      vectors[k + 2] = x2;
      vectors[k + 3] = x3;
      s0 += x0 * next;
      s1 += x1 * next;
      s2 += x2 * next;
      s3 += x3 * next;
    }
    p0 = s0;
    p1 = s1;
    p2 = s2;
    p3 = s3;
  }
}

/** Adds vector k of the four to the basis as row first + k: orthogonal to those of the four before it, of length 1. */
function append(vectors: Float64Array, k: number, basis: Float64Array, first: number, length: number): void {
  const row = (j: number): Float64Array => basis.subarray(j * length, (j + 1) * length);
  const vector = row(first + k);
  for (let i = 0; i < length; i++) vector[i] = vectors[4 * i + k]!;
  for (let j = first; j < first + k; j++) {
    const other = row(j);
    const projection = dot(vector, other);
    for (let i = 0; i < length; i++) vector[i]! -= projection * other[i]!;
  }
  const norm = Math.sqrt(dot(vector, vector));
  for (let i = 0; i < length; i++) vector[i]! /= norm;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
