/**
 * How weights begin. Each fills a matrix (rows, columns) = (fan-out, fan-in), row-major, from the engine's random
 * numbers; exact arithmetic only, so a seed gives the same weights in every runtime.
 */

import type { Random } from '../random.js';

/** Fills a row-major matrix of `rows` x `columns`. */
export type Initializer = (values: Float64Array, rows: number, columns: number, random: Random) => void;

/** Uniform in [-limit, limit). */
export function uniform(limit: number): Initializer {
  return (values, _rows, _columns, random) => {
    for (let i = 0; i < values.length; i++) values[i] = random.between(-limit, limit);
  };
}

/** Mean 0 and this standard deviation, within six of them (see Random.normal). */
export function normal(deviation: number): Initializer {
  return (values, _rows, _columns, random) => {
    for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
  };
}

/** All the same. */
export function constant(value: number): Initializer {
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
  const basis: Float64Array[] = [];
  for (let i = 0; i < count; i++) basis.push(orthonormalTo(basis, length, random));
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) values[r * columns + c] = rows <= columns ? basis[r]![c]! : basis[c]![r]!;
  }
};

function orthonormalTo(basis: readonly Float64Array[], length: number, random: Random): Float64Array {
  const vector = new Float64Array(length);
  for (let i = 0; i < length; i++) vector[i] = random.normal();
  for (const other of basis) {
    const projection = dot(vector, other);
    for (let i = 0; i < length; i++) vector[i]! -= projection * other[i]!;
  }
  const norm = Math.sqrt(dot(vector, vector));
  for (let i = 0; i < length; i++) vector[i]! /= norm;
  return vector;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
