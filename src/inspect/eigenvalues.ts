/**
 * Eigenvalues of a real matrix: balanced (Parlett and Reinsch 1969), brought to Hessenberg form by reflections
 * (Householder 1958), then shifted QR steps in real arithmetic (Francis 1961) until it falls apart into blocks of one
 * and two. Golub and Van Loan, "Matrix computations", chapter 7, has all of it.
 */

import type { HostArray } from '../engine.js';
import { DivergenceError, ShapeError } from '../errors.js';
import { formatShape } from '../shape.js';
import { scaledCopy } from './matrix.js';

/** Complex numbers; the k-th is re[k] + i im[k]. */
export interface Eigenvalues {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** QR steps for each eigenvalue; two or three are usual. */
const MOST_STEPS = 60;

/** Steps without success after which a shift is made up: some matrices are fixed points of the usual ones. */
const PATIENCE = 10;

/**
 * The eigenvalues of a real square matrix, in 64 bits. A matrix (512, 512) takes about 4 s of one core, one of (128, 128) 0.1 s.
 * @param matrix finite numbers, (n, n)
 * @returns (n), the largest modulus first, of a conjugate pair the one above the real axis first
 * @throws ShapeError, DataError; DivergenceError if the steps do not converge, which no known matrix does
 */
export function eigenvalues(matrix: HostArray): Eigenvalues {
  const { values, rows: n, columns, scale } = scaledCopy('eigenvalues', matrix);
  if (n !== columns) {
    throw new ShapeError(
      `eigenvalues: matrix must be square, got ${formatShape(matrix.shape)}. Take singularValues of it.`,
    );
  }
  balance(values, n);
  reduce(values, n);
  const found = francis(values, n);
  const modulus = ([re, im]: Pair): number => Math.hypot(re, im);
  found.sort((a, b) => modulus(b) - modulus(a) || b[0] - a[0] || b[1] - a[1]);
  return {
    re: Float64Array.from(found, ([re]) => scale * re),
    im: Float64Array.from(found, ([, im]) => scale * im),
  };
}

/**
 * The largest modulus of an eigenvalue of a real square matrix: what its powers grow or shrink by in the long run.
 * @param matrix finite numbers, (n, n)
 * @throws ShapeError, DataError
 */
export function spectralRadius(matrix: HostArray): number {
  const { re, im } = eigenvalues(matrix);
  return Math.hypot(re[0]!, im[0]!);
}

/** Real and imaginary part. */
type Pair = readonly [re: number, im: number];

/** Scales rows against columns by powers of two until they are alike: the eigenvalues stay, their errors shrink. */
function balance(a: Float64Array, n: number): void {
  let worse = true;
  while (worse) {
    worse = false;
    for (let i = 0; i < n; i++) {
      let [row, column] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        row += Math.abs(a[i * n + j]!);
        column += Math.abs(a[j * n + i]!);
      }
      if (row === 0 || column === 0) continue;
      const factor = 2 ** Math.round(Math.log2(row / column) / 2);
      if (column * factor + row / factor >= 0.95 * (column + row)) continue;
      worse = true;
      for (let j = 0; j < n; j++) a[i * n + j]! /= factor;
      for (let j = 0; j < n; j++) a[j * n + i]! *= factor;
    }
  }
}

/** A similar matrix with zeros below the first subdiagonal. */
function reduce(a: Float64Array, n: number): void {
  for (let k = 0; k + 2 < n; k++) {
    const column = Float64Array.from({ length: n - k - 1 }, (_, i) => a[(k + 1 + i) * n + k]!);
    const v = reflector(column);
    if (v === undefined) continue;
    reflectRows(a, n, v, k + 1, k, n);
    reflectColumns(a, n, v, k + 1, 0, n);
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
  }
}

/**
 * v of length sqrt(2) such that (I - v v^T) x is a multiple of the first axis.
 * @returns undefined if x is one already
 */
function reflector(x: Float64Array): Float64Array | undefined {
  const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (x.subarray(1).every((value) => value === 0)) return undefined;
  const v = x.map((value) => value / largest);
  const norm = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
  const first = v[0]! + (v[0]! < 0 ? -norm : norm);
  // v^T v = 2 norm |first|, before it is divided.
  const root = Math.sqrt(norm * Math.abs(first));
  v[0] = first;
  return v.map((value) => value / root);
}

/** Rows `at` on := (I - v v^T) of them, in columns `from` to `to`. */
function reflectRows(a: Float64Array, n: number, v: Float64Array, at: number, from: number, to: number): void {
  const w = new Float64Array(to - from);
  for (let i = 0; i < v.length; i++) {
    const row = (at + i) * n + from;
    for (let j = 0; j < w.length; j++) w[j]! += v[i]! * a[row + j]!;
  }
  for (let i = 0; i < v.length; i++) {
    const row = (at + i) * n + from;
    for (let j = 0; j < w.length; j++) a[row + j]! -= v[i]! * w[j]!;
  }
}

/** The same for three rows, in one pass: most of the work of the QR steps is here. */
function reflectThreeRows(a: Float64Array, n: number, v: Float64Array, at: number, from: number, to: number): void {
  const [v0, v1, v2] = [v[0]!, v[1]!, v[2]!];
  for (let p = at * n + from, end = at * n + to; p < end; p++) {
    const [x, y, z] = [a[p]!, a[p + n]!, a[p + 2 * n]!];
    const sum = v0 * x + v1 * y + v2 * z;
    a[p] = x - sum * v0;
    a[p + n] = y - sum * v1;
    a[p + 2 * n] = z - sum * v2;
  }
}

/** Columns `at` on := those times (I - v v^T), in rows `from` to `to`. */
function reflectColumns(a: Float64Array, n: number, v: Float64Array, at: number, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const row = i * n + at;
    let sum = 0;
    for (let j = 0; j < v.length; j++) sum += a[row + j]! * v[j]!;
    for (let j = 0; j < v.length; j++) a[row + j]! -= sum * v[j]!;
  }
}

/** The eigenvalues of a Hessenberg matrix, which is destroyed. Blocks split off at the end, one or two rows at a time. */
function francis(h: Float64Array, n: number): Pair[] {
  const found: Pair[] = [];
  let last = n - 1;
  for (let steps = 0; last >= 0;) {
    const first = blockStart(h, n, last);
    if (first >= last - 1) {
      found.push(...(first === last ? [[h[last * n + last]!, 0] as const] : pairOf(h, n, first)));
      last = first - 1;
      steps = 0;
      continue;
    }
    if (++steps > MOST_STEPS) {
      throw new DivergenceError(`eigenvalues: no convergence after ${MOST_STEPS} QR steps for one eigenvalue.`);
    }
    doubleStep(h, n, first, last, steps % PATIENCE === 0);
  }
  return found;
}

/** The first row of the block that ends in row `last`: above it the subdiagonal is nothing beside its neighbours. */
function blockStart(h: Float64Array, n: number, last: number): number {
  for (let i = last; i > 0; i--) {
    const beside = Math.abs(h[i * n + i]!) + Math.abs(h[(i - 1) * n + i - 1]!);
    // Elements are at most about 1, so that 1 stands for the norm where the neighbours are zero.
    if (Math.abs(h[i * n + i - 1]!) <= Number.EPSILON * (beside === 0 ? 1 : beside)) return i;
  }
  return 0;
}

/** The eigenvalues of the block of two that begins in row i. */
function pairOf(h: Float64Array, n: number, i: number): [Pair, Pair] {
  const [a, b, c, d] = [h[i * n + i]!, h[i * n + i + 1]!, h[(i + 1) * n + i]!, h[(i + 1) * n + i + 1]!];
  const half = (a - d) / 2;
  const discriminant = half * half + b * c;
  if (discriminant < 0) {
    const im = Math.sqrt(-discriminant);
    return [[d + half, im], [d + half, -im]]; // prettier-ignore
  }
  // The larger root first; the other from their product, so that nothing cancels.
  const root = half + (half < 0 ? -1 : 1) * Math.sqrt(discriminant);
  return [[d + root, 0], [root === 0 ? d : d - (b * c) / root, 0]]; // prettier-ignore
}

/** Two QR steps at once on the block, with the eigenvalues of its last two rows as shifts, or with made-up ones. */
function doubleStep(h: Float64Array, n: number, first: number, last: number, madeUp: boolean): void {
  const at = (i: number, j: number): number => h[i * n + j]!;
  const tail = Math.abs(at(last, last - 1)) + Math.abs(at(last - 1, last - 2));
  const product = at(last, last - 1) * at(last - 1, last);
  const trace = madeUp ? 1.5 * tail : at(last - 1, last - 1) + at(last, last);
  const determinant = madeUp ? tail * tail : at(last - 1, last - 1) * at(last, last) - product;
  const [a, b, c, d] = [at(first, first), at(first, first + 1), at(first + 1, first), at(first + 1, first + 1)];
  let x = Float64Array.of(a * (a - trace) + b * c + determinant, c * (a + d - trace), c * at(first + 2, first + 1));
  for (let k = first; k < last; k++) {
    const v = reflector(x);
    if (v !== undefined) {
      const reflect = v.length === 3 ? reflectThreeRows : reflectRows;
      reflect(h, n, v, k, Math.max(first, k - 1), last + 1);
      reflectColumns(h, n, v, k, first, Math.min(k + 3, last) + 1);
    }
    // What the reflection has made zero but for rounding.
    if (k > first) for (let i = k + 1; i < k + x.length; i++) h[i * n + k - 1] = 0;
    x = Float64Array.from({ length: Math.min(3, last - k) }, (_, i) => at(k + 1 + i, k));
  }
}
