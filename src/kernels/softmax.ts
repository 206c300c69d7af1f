/**
 * Softmax of each row x, over the elements that a mask allows:
 *
 *     softmax       y_j = exp(x_j - m) / sum_k exp(x_k - m), m = max x; 0 where masked        dx_j = y_j (dy_j - sum_k y_k dy_k)
 *     logSoftmax    y_j = x_j - m - log sum_k exp(x_k - m); -Infinity where masked            dx_j = dy_j - exp(y_j) sum_k dy_k
 *
 * What is masked is not looked at, in the forward (x) and in the backward (dy), and its gradient is 0. A row without
 * anything allowed is all 0, or all -Infinity.
 *
 * A mask has fewer rows than x: row r has row floor(r / maskEach) mod maskRows of it. A part of the rows says which its
 * first one is.
 */

import type { Heap } from '../memory/heap.js';

/** Softmax by row. Probabilities and gradients below 1e-30 may be flushed to 0; a NaN makes its row NaN. */
export interface SoftmaxKernels {
  /**
   * @param y out, (rows, width); may be x
   * @param x in, (rows, width)
   * @param mask in, (maskRows, width) 32-bit integers, 0 where masked; or 0 for none
   * @param first index of the first row, for the mask
   * @param log 0 for softmax, 1 for logSoftmax
   */
  softmaxForward(
    y: number,
    x: number,
    mask: number,
    rows: number,
    width: number,
    maskRows: number,
    maskEach: number,
    first: number,
    log: number,
  ): void;

  /**
   * @param dx out (accumulate = 0; then it may be dy) or in-out (accumulate = 1), (rows, width)
   * @param dy in, (rows, width)
   * @param y in, (rows, width), the forward's result
   * @param log 0 for softmax, 1 for logSoftmax
   */
  softmaxBackward(
    dx: number,
    dy: number,
    y: number,
    rows: number,
    width: number,
    log: number,
    accumulate: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const softmaxJs = (heap: Heap): SoftmaxKernels => ({
  softmaxForward(y, x, mask, rows, width, maskRows, maskEach, first, log) {
    const { floats, ints, shift } = heap;
    for (let row = 0; row < rows; row++) {
      const [Y, X] = [(y >>> shift) + row * width, (x >>> shift) + row * width];
      const M = (mask >>> 2) + (Math.floor((first + row) / maskEach) % maskRows) * width;
      const isMasked = (j: number): boolean => mask !== 0 && ints[M + j] === 0;
      let top = -Infinity;
      for (let j = 0; j < width; j++) if (!isMasked(j) && floats[X + j]! > top) top = floats[X + j]!;
      let sum = 0;
      for (let j = 0; j < width; j++) if (!isMasked(j)) sum += Math.exp(floats[X + j]! - top);
      const shiftBy = top + Math.log(sum);
      for (let j = 0; j < width; j++) {
        if (isMasked(j)) floats[Y + j] = log === 1 ? -Infinity : 0;
        else floats[Y + j] = log === 1 ? floats[X + j]! - shiftBy : Math.exp(floats[X + j]! - top) / sum;
      }
    }
  },

  softmaxBackward(dx, dy, y, rows, width, log, accumulate) {
    const { floats, shift } = heap;
    const nothing = log === 1 ? -Infinity : 0;
    for (let row = 0; row < rows; row++) {
      const [dX, dY] = [(dx >>> shift) + row * width, (dy >>> shift) + row * width];
      const Y = (y >>> shift) + row * width;
      let sum = 0;
      for (let j = 0; j < width; j++) {
        const value = floats[Y + j]!;
        if (value !== nothing) sum += log === 1 ? floats[dY + j]! : value * floats[dY + j]!;
      }
      for (let j = 0; j < width; j++) {
        const [value, d] = [floats[Y + j]!, floats[dY + j]!];
        const gradient = value === nothing ? 0 : log === 1 ? d - Math.exp(value) * sum : value * (d - sum);
        floats[dX + j] = accumulate === 0 ? gradient : floats[dX + j]! + gradient;
      }
    }
  },
});
