/**
 * Mean squared error of predictions y against targets t, over all n elements:
 *
 *     loss = 1/n sum_i (y_i - t_i)^2
 *     dy_i = scale (y_i - t_i),   scale = 2 dloss / n
 */

import type { Heap } from '../memory/heap.js';

/** Mean squared error. Gradients below 1e-30 may be flushed to 0; a NaN stays a NaN. */
export interface MeanSquaredErrorKernels {
  /**
   * The mean, formed in 64 bits in a fixed order.
   * @param predictions in, (n)
   * @param targets in, (n)
   * @param n at least 1
   */
  meanSquaredErrorForward(predictions: number, targets: number, n: number): number;

  /**
   * @param dPredictions out (accumulate = 0; then it may be predictions) or in-out (accumulate = 1), (n)
   * @param predictions in, (n)
   * @param targets in, (n)
   * @param scale gradient of the loss, times 2 / n
   */
  meanSquaredErrorBackward(
    dPredictions: number,
    predictions: number,
    targets: number,
    n: number,
    scale: number,
    accumulate: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const meanSquaredErrorJs = (heap: Heap): MeanSquaredErrorKernels => ({
  meanSquaredErrorForward(predictions, targets, n) {
    const { floats, shift } = heap;
    const [Y, T] = [predictions >>> shift, targets >>> shift];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (floats[Y + i]! - floats[T + i]!) ** 2;
    return sum / n;
  },

  meanSquaredErrorBackward(dPredictions, predictions, targets, n, scale, accumulate) {
    const { floats, shift } = heap;
    const [D, Y, T] = [dPredictions >>> shift, predictions >>> shift, targets >>> shift];
    for (let i = 0; i < n; i++) {
      const d = scale * (floats[Y + i]! - floats[T + i]!);
      floats[D + i] = accumulate === 0 ? d : floats[D + i]! + d;
    }
  },
});
