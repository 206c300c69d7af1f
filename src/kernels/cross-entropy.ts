/**
 * Softmax and cross-entropy of one row of logits x with target k, in nats:
 *
 *     logSum = log sum_v exp(x_v) = m + log sum_v exp(x_v - m),   m = max x
 *     loss = logSum - x_k
 *     dx_v = scale (exp(x_v - logSum) - [v = k])
 *
 * A row whose target is the ignored id has no loss and no gradient, whatever its logits hold.
 */

import type { FloatArray, Heap } from '../memory/heap.js';

/**
 * Cross-entropy by row. Targets must be below V, or the ignored id. Probabilities times scale below 1e-30 may be
 * flushed to 0; a NaN stays a NaN.
 */
export interface CrossEntropyKernels {
  /**
   * @param losses out, (n); 0 for ignored rows
   * @param logSums out, saved for the backward, (n)
   * @param logits in, (n, V)
   * @param targets in, (n) 32-bit integers
   * @param ignored the target id of rows that do not count
   */
  crossEntropyForward(
    losses: number,
    logSums: number,
    logits: number,
    targets: number,
    n: number,
    V: number,
    ignored: number,
  ): void;

  /**
   * @param dLogits out (accumulate = 0; then it may be logits) or in-out (accumulate = 1), (n, V)
   * @param logits in, (n, V)
   * @param logSums in, (n)
   * @param targets in, (n) 32-bit integers
   * @param scale gradient of each row's loss
   */
  crossEntropyBackward(
    dLogits: number,
    logits: number,
    logSums: number,
    targets: number,
    n: number,
    V: number,
    ignored: number,
    scale: number,
    accumulate: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const crossEntropyJs = (heap: Heap): CrossEntropyKernels => ({
  crossEntropyForward(losses, logSums, logits, targets, n, V, ignored) {
    const { floats, ints, shift } = heap;
    for (let row = 0; row < n; row++) {
      const target = ints[(targets >>> 2) + row]!;
      const x = (logits >>> shift) + row * V;
      const logSum = target === ignored ? 0 : logSumExp(floats, x, V);
      floats[(logSums >>> shift) + row] = logSum;
      floats[(losses >>> shift) + row] = target === ignored ? 0 : logSum - floats[x + target]!;
    }
  },

  crossEntropyBackward(dLogits, logits, logSums, targets, n, V, ignored, scale, accumulate) {
    const { floats, ints, shift } = heap;
    for (let row = 0; row < n; row++) {
      const target = ints[(targets >>> 2) + row]!;
      const x = (logits >>> shift) + row * V;
      const d = (dLogits >>> shift) + row * V;
      if (accumulate === 0 && target === ignored) floats.fill(0, d, d + V);
      if (target === ignored) continue;
      const logSum = floats[(logSums >>> shift) + row]!;
      for (let v = 0; v < V; v++) {
        const p = scale * (Math.exp(floats[x + v]! - logSum) - (v === target ? 1 : 0));
        floats[d + v] = accumulate === 0 ? p : floats[d + v]! + p;
      }
    }
  },
});

/** log sum exp of the V numbers from index x on. */
export function logSumExp(floats: FloatArray, x: number, V: number): number {
  let top = floats[x]!;
  for (let v = 1; v < V; v++) if (floats[x + v]! > top) top = floats[x + v]!;
  let sum = 0;
  for (let v = 0; v < V; v++) sum += Math.exp(floats[x + v]! - top);
  return top + Math.log(sum);
}
