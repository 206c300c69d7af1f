/**
 * How a Hopfield network learns p patterns xi of -1 and 1, as rows of X (p, N):
 *
 *     hebbian          W = X^T X / N                                  (Hopfield 1982)
 *     pseudo-inverse   W = X^+ X, the projection on their span        (Personnaz, Guyon and Dreyfus 1985)
 *     storkey          W += (xi xi^T - xi h^T - h xi^T + 2 W) / N,    (Storkey 1997)
 *                      pattern after pattern, with h = W xi before it
 *
 * Storkey sums the field of unit i that reaches j without i and j themselves; written out, that is h_i - W_ij xi_j,
 * hence the 2 W. Two of the rules are kept as N W, which for Hebb's are whole numbers: products with them are then
 * exact up to 2^24, and recall is the same in every tier.
 */

import type { Engine } from '../engine.js';
import { DataError } from '../errors.js';
import { gemmTNScratch } from '../kernels/codes.js';
import type { FloatArray } from '../memory/heap.js';
import { orthonormalRows } from '../layers/orthonormal.js';
import { product } from './patterns.js';

/** The rules. */
export const STORAGES = ['hebbian', 'pseudo-inverse', 'storkey'] as const;

/** A rule of storage. */
export type Storage = (typeof STORAGES)[number];

/** A symmetric matrix (N, N) in the engine's memory. */
export interface Connections {
  readonly engine: Engine;
  readonly N: number;
  /** The address. */
  readonly ptr: number;
  /** The values, for immediate use. */
  readonly values: FloatArray;
  /** Fields up to this may be no more than rounding. */
  readonly zero: number;
}

/** Replaces the connections by those of the patterns (p, N). */
type Rule = (connections: Connections, patterns: Int8Array) => void;

/** The rules by name. Whatever they are refused for, nothing has been changed. */
export const RULES: Readonly<Record<Storage, Rule>> = { hebbian, 'pseudo-inverse': pseudoInverse, storkey };

/** N W for Hebb's and Storkey's rule, W for the other. */
export function scaleOf(storage: Storage, N: number): number {
  return storage === 'pseudo-inverse' ? 1 : 1 / N;
}

/**
 * How large a field of these connections may be that is truly 0. Hebb's are sums of whole numbers, which are exact. W of
 * the other rules has a norm of about 1, so that the N products of a field have moduli of sqrt(N) in all, and each
 * is off by some u sqrt(N), with u the unit roundoff, after sums whose errors go either way (Higham and Mary 2019): N u
 * in all, of which this is four times.
 */
export function roundingOf(storage: Storage, N: number, { memory }: Engine): number {
  if (storage === 'hebbian') return 0;
  const unit = memory.heap.shift === 3 ? 2 ** -53 : 2 ** -24;
  return (4 * N * unit) / scaleOf(storage, N);
}

function hebbian(connections: Connections, patterns: Int8Array): void {
  addOuterProducts(connections, patterns, patterns, true);
}

/** A row of which less than this part is new lies in the span of those before it, to the accuracy of 64 bits. */
const DEPENDENT = 1e-9;

function pseudoInverse(connections: Connections, patterns: Int8Array): void {
  const { N } = connections;
  const p = patterns.length / N;
  if (p > N) {
    throw new DataError(
      `Hopfield.store: storage pseudo-inverse takes at most N = ${N} patterns, got ${p}. N comes from size. Store fewer.`,
    );
  }
  const { basis, lengths } = orthonormalRows(Float64Array.from(patterns), p, N);
  const dependent = lengths.findIndex((length) => !(length > DEPENDENT * Math.sqrt(N)));
  if (dependent >= 0) {
    throw new DataError(
      `Hopfield.store: storage pseudo-inverse needs linearly independent patterns, and row ${dependent} is a sum of ` +
        'multiples of those before it. Leave it out.',
    );
  }
  addOuterProducts(connections, basis, basis, true);
}

function storkey(connections: Connections, patterns: Int8Array): void {
  const { engine, N, ptr } = connections;
  engine.memory.zero(ptr, N * N);
  for (let at = 0; at < patterns.length; at += N) {
    const xi = patterns.subarray(at, at + N);
    const h = Float64Array.from(fields(connections, xi), (field) => field / N);
    engine.kernels.scale(ptr, N * N, 1 + 2 / N);
    // xi xi^T - xi h^T - h xi^T = (xi - h)(xi - h)^T - h h^T, whose rounding is symmetric.
    const rest = h.map((field, i) => xi[i]! - field);
    addOuterProducts(connections, [...rest, ...h], [...rest, ...h.map((field) => -field)], false);
    clearDiagonal(connections);
  }
}

/** Sets the connection of every unit with itself to zero. */
export function clearDiagonal({ values, N }: Connections): void {
  for (let i = 0; i < N; i++) values[i * (N + 1)] = 0;
}

/** W += left^T right, or W = left^T right; both (k, N). */
function addOuterProducts(
  { engine, N, ptr }: Connections,
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  assign: boolean,
): void {
  const { kernels, memory } = engine;
  engine.evaluate(() => {
    const k = left.length / N;
    const a = engine.input({ data: left, shape: [k, N] }).ptr;
    const b = left === right ? a : engine.input({ data: right, shape: [k, N] }).ptr;
    const tmp = memory.reserve(gemmTNScratch(N));
    if (assign) memory.zero(ptr, N * N);
    kernels.gemmTN(ptr, a, b, N, N, k, N, N, N, tmp);
  });
}

/**
 * W s of each state, in the engine's precision.
 * @param states (b, N)
 * @returns (b, N)
 */
export function fields({ engine, N, ptr }: Connections, states: Int8Array): FloatArray {
  const b = states.length / N;
  return product(engine, { data: states, shape: [b, N] }, N, (panels) => {
    engine.kernels.packPanels(panels, ptr, 0, 0, N, N, N);
  });
}
