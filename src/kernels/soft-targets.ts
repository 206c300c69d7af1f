/**
 * The cross-entropy of a row of predictions x against a distribution p over V classes, in nats, and the divergence of
 * Kullback and Leibler (1951), which is smaller by the entropy of p:
 *
 *     cross-entropy = sum_v p_v (logSum - x_v)
 *     divergence    = sum_v p_v (logSum - x_v + log p_v),   0 where p_v = 0
 *     dx_v = scale (S exp(x_v - logSum) - p_v),   S = sum_v p_v
 *
 * where logSum = log sum_v exp(x_v). Predictions that are log-probabilities already are taken as they are, with
 * logSum = 0 and dx_v = -scale p_v. A row that does not count has no loss and no gradient, whatever it holds.
 */

import type { FloatArray, Heap } from '../memory/heap.js';
import { LOGITS } from './codes.js';
import { logSumExp } from './cross-entropy.js';

/** Losses against distributions, by row. Probabilities times scale below 1e-30 may be flushed to 0. */
export interface SoftTargetsKernels {
  /**
   * @param losses out, (n); 0 for rows that do not count. Each is summed in 64 bits in a fixed order
   * @param logSums out, saved for the backward, (n)
   * @param predictions in, (n, V)
   * @param targets in, (n, V), at least 0
   * @param mask in, (n) 32-bit integers, 0 for rows that do not count; address 0: all count
   * @param form LOGITS or LOG_PROBABILITIES
   * @param divergence 1 for the divergence, 0 for the cross-entropy
   */
  softTargetsForward(
    losses: number,
    logSums: number,
    predictions: number,
    targets: number,
    mask: number,
    n: number,
    V: number,
    form: number,
    divergence: number,
  ): void;

  /**
   * @param dPredictions out (accumulate = 0; then it may be predictions) or in-out (accumulate = 1), (n, V)
   * @param predictions in, (n, V)
   * @param targets in, (n, V)
   * @param logSums in, (n)
   * @param mask in, as in the forward
   * @param scale gradient of each row's loss
   */
  softTargetsBackward(
    dPredictions: number,
    predictions: number,
    targets: number,
    logSums: number,
    mask: number,
    n: number,
    V: number,
    form: number,
    scale: number,
    accumulate: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const softTargetsJs = (heap: Heap): SoftTargetsKernels => ({
  softTargetsForward(losses, logSums, predictions, targets, mask, n, V, form, divergence) {
    const { floats, ints, shift } = heap;
    for (let row = 0; row < n; row++) {
      const counts = mask === 0 || ints[(mask >>> 2) + row] !== 0;
      const x = (predictions >>> shift) + row * V;
      const p = (targets >>> shift) + row * V;
      const logSum = counts && form === LOGITS ? logSumExp(floats, x, V) : 0;
      floats[(logSums >>> shift) + row] = logSum;
      floats[(losses >>> shift) + row] = counts ? lossOf(floats, x, p, V, logSum, divergence) : 0;
    }
  },

  softTargetsBackward(dPredictions, predictions, targets, logSums, mask, n, V, form, scale, accumulate) {
    const { floats, ints, shift } = heap;
    for (let row = 0; row < n; row++) {
      const x = (predictions >>> shift) + row * V;
      const p = (targets >>> shift) + row * V;
      const d = (dPredictions >>> shift) + row * V;
      const counts = mask === 0 || ints[(mask >>> 2) + row] !== 0;
      if (accumulate === 0 && !counts) floats.fill(0, d, d + V);
      if (!counts) continue;
      const logSum = floats[(logSums >>> shift) + row]!;
      let sum = 0;
      for (let v = 0; v < V; v++) sum += floats[p + v]!;
      for (let v = 0; v < V; v++) {
        const softmax = form === LOGITS ? sum * Math.exp(floats[x + v]! - logSum) : 0;
        const slope = scale * (softmax - floats[p + v]!);
        floats[d + v] = accumulate === 0 ? slope : floats[d + v]! + slope;
      }
    }
  },
});

function lossOf(floats: FloatArray, x: number, p: number, V: number, logSum: number, divergence: number): number {
  let loss = 0;
  for (let v = 0; v < V; v++) {
    const share = floats[p + v]!;
    if (share !== 0) loss += share * (logSum - floats[x + v]! + (divergence === 1 ? Math.log(share) : 0));
  }
  return loss;
}
