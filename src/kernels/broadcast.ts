/**
 * Sums and products of a matrix with something smaller, which is repeated along its rows or along its columns, and the
 * sums that bring gradients back to the smaller one. With b_rc short for b[r bRow + c bColumn]:
 *
 *     addBroadcast         y_rc := a_rc + alpha b_rc
 *     multiplyBroadcast    y_rc := a_rc b_rc  |  y_rc := y_rc + a_rc b_rc
 *     reduceSum            s[r sRow + c sColumn] += alpha a_rc
 *
 * Strides 0 and 1 repeat a row (H) over (B, H), 1 and 0 a column (B, 1); other shapes are several calls.
 */

import type { Heap } from '../memory/heap.js';

/** Elementwise kernels over (rows, columns), whose rows lie side by side. A NaN stays a NaN. */
export interface BroadcastKernels {
  /**
   * @param y out, (rows, columns); may be a
   * @param a in, (rows, columns)
   * @param b in
   * @param bColumn 0 or 1
   */
  addBroadcast(
    y: number,
    a: number,
    b: number,
    rows: number,
    columns: number,
    bRow: number,
    bColumn: number,
    alpha: number,
  ): void;

  /**
   * @param y out (accumulate = 0; then it may be a) or in-out (accumulate = 1), (rows, columns)
   * @param a in, (rows, columns)
   * @param b in
   * @param bColumn 0 or 1
   */
  multiplyBroadcast(
    y: number,
    a: number,
    b: number,
    rows: number,
    columns: number,
    bRow: number,
    bColumn: number,
    accumulate: number,
  ): void;

  /**
   * Sums along a row (sColumn = 0) are formed in 64 bits, those of columns row by row.
   * @param s in-out
   * @param a in, (rows, columns), rows lda apart
   * @param sColumn 0 or 1
   */
  reduceSum(
    s: number,
    a: number,
    rows: number,
    columns: number,
    lda: number,
    sRow: number,
    sColumn: number,
    alpha: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const broadcastJs = (heap: Heap): BroadcastKernels => ({
  addBroadcast(y, a, b, rows, columns, bRow, bColumn, alpha) {
    const { floats, shift } = heap;
    for (let r = 0; r < rows; r++) {
      const [Y, A, B] = [(y >>> shift) + r * columns, (a >>> shift) + r * columns, (b >>> shift) + r * bRow];
      for (let c = 0; c < columns; c++) floats[Y + c] = floats[A + c]! + alpha * floats[B + c * bColumn]!;
    }
  },

  multiplyBroadcast(y, a, b, rows, columns, bRow, bColumn, accumulate) {
    const { floats, shift } = heap;
    for (let r = 0; r < rows; r++) {
      const [Y, A, B] = [(y >>> shift) + r * columns, (a >>> shift) + r * columns, (b >>> shift) + r * bRow];
      for (let c = 0; c < columns; c++) {
        const product = floats[A + c]! * floats[B + c * bColumn]!;
        floats[Y + c] = accumulate === 0 ? product : floats[Y + c]! + product;
      }
    }
  },

  reduceSum(s, a, rows, columns, lda, sRow, sColumn, alpha) {
    const { floats, shift } = heap;
    for (let r = 0; r < rows; r++) {
      const [S, A] = [(s >>> shift) + r * sRow, (a >>> shift) + r * lda];
      if (sColumn === 0) {
        let sum = 0;
        for (let c = 0; c < columns; c++) sum += floats[A + c]!;
        floats[S]! += alpha * sum;
      } else for (let c = 0; c < columns; c++) floats[S + c]! += alpha * floats[A + c]!;
    }
  },
});
