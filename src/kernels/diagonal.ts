/**
 * Products with a diagonal matrix, which is the vector u of its diagonal: the recurrence of the IndRNN (Li et al. 2018)
 * and peepholes.
 *
 *     diagonalProduct     y := y + x diag(u)
 *     diagonalGradient    du := du + sum over rows of a b
 */

import type { Heap } from '../memory/heap.js';

/** Diagonal products over M rows of N. */
export interface DiagonalKernels {
  /**
   * @param y in-out, (M, N), accumulates
   * @param x in, (M, N)
   * @param u in, (N)
   */
  diagonalProduct(y: number, x: number, u: number, M: number, N: number): void;

  /**
   * Rows are added one after another.
   * @param du in-out, (N), accumulates
   * @param a in, (M, N), rows lda apart
   * @param b in, (M, N), rows ldb apart
   */
  diagonalGradient(du: number, a: number, b: number, M: number, N: number, lda: number, ldb: number): void;
}

/** The kernels of this file in JavaScript. */
export const diagonalJs = (heap: Heap): DiagonalKernels => ({
  diagonalProduct(y, x, u, M, N) {
    const { floats, shift } = heap;
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        floats[(y >>> shift) + m * N + n]! += floats[(x >>> shift) + m * N + n]! * floats[(u >>> shift) + n]!;
      }
    }
  },

  diagonalGradient(du, a, b, M, N, lda, ldb) {
    const { floats, shift } = heap;
    for (let n = 0; n < N; n++) {
      let sum = floats[(du >>> shift) + n]!;
      for (let m = 0; m < M; m++) sum += floats[(a >>> shift) + m * lda + n]! * floats[(b >>> shift) + m * ldb + n]!;
      floats[(du >>> shift) + n] = sum;
    }
  },
});
