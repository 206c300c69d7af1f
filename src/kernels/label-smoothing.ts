/**
 * What label smoothing (Szegedy et al. 2016) adds to the cross-entropy of a row of logits x with target k. The target
 * is a mixture, (1 - e) of the one-hot vector and e of the uniform one, so
 *
 *     loss = (1 - e) (logSum - x_k) + e (logSum - mean x) = (logSum - x_k) + e (x_k - mean x)
 *     dx_v = scale (softmax(x)_v - [v = k]) + scale e ([v = k] - 1 / V)
 *
 * and each second summand is a pass of its own behind the kernels of src/kernels/cross-entropy.ts.
 */

import type { Heap } from '../memory/heap.js';

/** The second summands. Rows whose target is the ignored id are left as they are. */
export interface LabelSmoothingKernels {
  /**
   * @param losses in-out, (n)
   * @param logits in, (n, V); their mean is formed in 64 bits in a fixed order
   * @param targets in, (n) 32-bit integers
   * @param smoothing e
   */
  labelSmoothingForward(
    losses: number,
    logits: number,
    targets: number,
    n: number,
    V: number,
    ignored: number,
    smoothing: number,
  ): void;

  /**
   * @param dLogits in-out, (n, V)
   * @param targets in, (n) 32-bit integers
   * @param amount scale times e
   */
  labelSmoothingBackward(dLogits: number, targets: number, n: number, V: number, ignored: number, amount: number): void;
}

/** The kernels of this file in JavaScript. */
export const labelSmoothingJs = (heap: Heap): LabelSmoothingKernels => ({
  labelSmoothingForward(losses, logits, targets, n, V, ignored, smoothing) {
    const { floats, ints, shift } = heap;
    for (let row = 0; row < n; row++) {
      const target = ints[(targets >>> 2) + row]!;
      if (target === ignored) continue;
      const x = (logits >>> shift) + row * V;
      let sum = 0;
      for (let v = 0; v < V; v++) sum += floats[x + v]!;
      floats[(losses >>> shift) + row]! += smoothing * (floats[x + target]! - sum / V);
    }
  },

  labelSmoothingBackward(dLogits, targets, n, V, ignored, amount) {
    const { floats, ints, shift } = heap;
    for (let row = 0; row < n; row++) {
      const target = ints[(targets >>> 2) + row]!;
      if (target === ignored) continue;
      const d = (dLogits >>> shift) + row * V;
      for (let v = 0; v < V; v++) floats[d + v]! -= amount / V;
      floats[d + target]! += amount;
    }
  },
});
