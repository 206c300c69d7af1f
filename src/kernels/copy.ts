/**
 * Blocks of numbers from one place to another, for what only moves axes: concatenation, slices, transposition.
 *
 *     to[i toOuter + j toRow + k] := or += from[i fromOuter + j fromRow + k]      i < outer, j < rows, k < width
 */

import type { Heap } from '../memory/heap.js';

/** Copies with strides, in elements. A NaN stays a NaN. */
export interface CopyKernels {
  /**
   * @param to out (accumulate = 0) or in-out (accumulate = 1); no element twice
   * @param from in; may not overlap to
   */
  copyBlocks(
    to: number,
    from: number,
    outer: number,
    rows: number,
    width: number,
    toOuter: number,
    toRow: number,
    fromOuter: number,
    fromRow: number,
    accumulate: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const copyJs = (heap: Heap): CopyKernels => ({
  copyBlocks(to, from, outer, rows, width, toOuter, toRow, fromOuter, fromRow, accumulate) {
    const { floats, shift } = heap;
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < rows; j++) {
        const T = (to >>> shift) + i * toOuter + j * toRow;
        const F = (from >>> shift) + i * fromOuter + j * fromRow;
        if (accumulate === 0) for (let k = 0; k < width; k++) floats[T + k] = floats[F + k]!;
        else for (let k = 0; k < width; k++) floats[T + k]! += floats[F + k]!;
      }
    }
  },
});
