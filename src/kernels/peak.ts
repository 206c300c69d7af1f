/**
 * What a core can do: x_i := a_i x_i + b_i, n times over, on numbers that stay in registers. Benchmarks quote products
 * as a fraction of this loop in the same run, since a shared machine changes its pace from minute to minute.
 */

import type { FloatArray, Heap } from '../memory/heap.js';

/** Numbers in registers at a time, of `multiplyAddChains` and of `multiplyAddPairs`. */
export const CHAINS = 48;
export const PAIRED_CHAINS = 96;

/** The loops that measure the machine. */
export interface PeakKernels {
  /**
   * n turns of CHAINS multiply-adds, each 2 floating-point operations.
   * @param x in-out, (48), then in, a (4) and b (4): element i takes a and b of i mod 4
   */
  multiplyAddChains(x: number, n: number): void;

  /**
   * The same for engines that join pairs of vectors: n turns of PAIRED_CHAINS multiply-adds.
   * @param x in-out, (96), then in, a (8) and b (8): element i takes a and b of i mod 8
   */
  multiplyAddPairs(x: number, n: number): void;
}

/** The kernels of this file in JavaScript. */
export const peakJs = (heap: Heap): PeakKernels => ({
  multiplyAddChains(x, n) {
    for (let lane = 0; lane < 4; lane++) twelveChains(heap.floats, (x >>> heap.shift) + lane, 4, n);
  },

  multiplyAddPairs(x, n) {
    for (let lane = 0; lane < 8; lane++) twelveChains(heap.floats, (x >>> heap.shift) + lane, 8, n);
  },
});

/** Every `lanes`-th of twelve vectors and of a and b behind them: as many numbers as registers hold. */
function twelveChains(floats: FloatArray, first: number, lanes: number, n: number): void {
  const a = floats[first + 12 * lanes]!;
  const b = floats[first + 13 * lanes]!;
  let s0 = floats[first]!;
  let s1 = floats[first + lanes]!;
  let s2 = floats[first + 2 * lanes]!;
  let s3 = floats[first + 3 * lanes]!;
  let s4 = floats[first + 4 * lanes]!;
  let s5 = floats[first + 5 * lanes]!;
  let s6 = floats[first + 6 * lanes]!;
  let s7 = floats[first + 7 * lanes]!;
  let s8 = floats[first + 8 * lanes]!;
  let s9 = floats[first + 9 * lanes]!;
  let s10 = floats[first + 10 * lanes]!;
  let s11 = floats[first + 11 * lanes]!;
  for (let i = 0; i < n; i++) {
    s0 = a * s0 + b;
    s1 = a * s1 + b;
    s2 = a * s2 + b;
    s3 = a * s3 + b;
    s4 = a * s4 + b;
    s5 = a * s5 + b;
    s6 = a * s6 + b;
    s7 = a * s7 + b;
    s8 = a * s8 + b;
    s9 = a * s9 + b;
    s10 = a * s10 + b;
    s11 = a * s11 + b;
  }
  floats[first] = s0;
  floats[first + lanes] = s1;
  floats[first + 2 * lanes] = s2;
  floats[first + 3 * lanes] = s3;
  floats[first + 4 * lanes] = s4;
  floats[first + 5 * lanes] = s5;
  floats[first + 6 * lanes] = s6;
  floats[first + 7 * lanes] = s7;
  floats[first + 8 * lanes] = s8;
  floats[first + 9 * lanes] = s9;
  floats[first + 10 * lanes] = s10;
  floats[first + 11 * lanes] = s11;
}
