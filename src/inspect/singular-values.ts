/**
 * Singular values by one-sided rotations (Hestenes 1958, "Inversion of matrices by biorthogonalization"): pairs of
 * vectors are turned until all are at right angles, where their lengths are the singular values.
 */

import type { HostArray } from '../engine.js';
import { scaledCopy } from './matrix.js';

/** Rotations converge quadratically: random matrices take about 10 sweeps. */
const MOST_SWEEPS = 60;

/**
 * The singular values of a real matrix, in 64 bits, to about 1e-14 of the largest. A matrix (512, 512) takes about
 * 4 s of one core, one of (128, 128) 0.1 s.
 * @param matrix finite numbers, (m, n)
 * @returns (min(m, n)), descending
 * @throws ShapeError, DataError
 */
export function singularValues(matrix: HostArray): Float64Array {
  const { values, rows, columns, scale } = scaledCopy('singularValues', matrix);
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  // Rows or columns, whichever are fewer, each in one piece.
  const vectors = Array.from({ length: count }, (_, i) => {
    if (rows <= columns) return values.slice(i * length, (i + 1) * length);
    return Float64Array.from({ length }, (_, j) => values[j * columns + i]!);
  });
  for (let sweep = 0; sweep < MOST_SWEEPS && turnAll(vectors); sweep++);
  return Float64Array.from(vectors, (vector) => scale * Math.sqrt(dot(vector, vector))).sort((a, b) => b - a);
}

/**
 * Turns every pair, the longest vectors first, which then take on what the others share with them (de Rijk 1989).
 * @returns whether any pair was not at right angles
 */
function turnAll(vectors: Float64Array[]): boolean {
  const sorted = vectors.map((vector) => ({ vector, square: dot(vector, vector) }));
  sorted.sort((a, b) => b.square - a.square);
  const tolerance = Math.sqrt(sorted[0]!.vector.length) * Number.EPSILON;
  let turned = false;
  for (const [i, one] of sorted.entries()) {
    for (let j = i + 1; j < sorted.length; j++) {
      const other = sorted[j]!;
      const product = dot(one.vector, other.vector);
      if (Math.abs(product) <= tolerance * Math.sqrt(one.square * other.square)) continue;
      const tangent = turn(one.vector, other.vector, one.square, other.square, product);
      one.square -= tangent * product;
      other.square += tangent * product;
      turned = true;
    }
  }
  return turned;
}

/** Turns two vectors to right angles, by the smaller of the two angles that do. @returns its tangent */
function turn(x: Float64Array, y: Float64Array, xx: number, yy: number, xy: number): number {
  const cotangent = (yy - xx) / (2 * xy);
  const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.hypot(1, cotangent));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let i = 0; i < x.length; i++) {
    const a = x[i]!;
    const b = y[i]!;
    x[i] = cosine * a - sine * b;
    y[i] = sine * a + cosine * b;
  }
  return tangent;
}

function dot(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  let i = 1;
  for (; i < a.length; i += 2) {
    even += a[i - 1]! * b[i - 1]!;
    odd += a[i]! * b[i]!;
  }
  return even + odd + (i === a.length ? a[i - 1]! * b[i - 1]! : 0);
}
