/**
 * One pass over flat vectors:
 *
 *     axpy          y := y + alpha x              (BLAS)
 *     scale         x := alpha x
 *     clampValues   x := min(max(x, -limit), limit)
 *     sumSquares    sum of x_i^2, in 64 bits
 */

import type { Heap } from '../memory/heap.js';

/** Flat vector kernels, n elements. A NaN stays a NaN. */
export interface VectorKernels {
  /**
   * @param y in-out, (n)
   * @param x in, (n)
   */
  axpy(y: number, x: number, n: number, alpha: number): void;
  /** @param x in-out, (n) */
  scale(x: number, n: number, alpha: number): void;
  /** @param x in-out, (n) */
  clampValues(x: number, n: number, limit: number): void;
  /** @param x in, (n) */
  sumSquares(x: number, n: number): number;
}

/** The kernels of this file in JavaScript. */
export const vectorJs = (heap: Heap): VectorKernels => ({
  axpy(y, x, n, alpha) {
    const { floats, shift } = heap;
    for (let i = 0; i < n; i++) floats[(y >>> shift) + i]! += alpha * floats[(x >>> shift) + i]!;
  },

  scale(x, n, alpha) {
    const { floats, shift } = heap;
    for (let i = x >>> shift, end = i + n; i < end; i++) floats[i]! *= alpha;
  },

  clampValues(x, n, limit) {
    const { floats, shift } = heap;
    for (let i = x >>> shift, end = i + n; i < end; i++) {
      const v = floats[i]!;
      floats[i] = v > limit ? limit : v < -limit ? -limit : v;
    }
  },

  sumSquares(x, n) {
    const { floats, shift } = heap;
    let sum = 0;
    for (let i = x >>> shift, end = i + n; i < end; i++) sum += floats[i]! * floats[i]!;
    return sum;
  },
});
