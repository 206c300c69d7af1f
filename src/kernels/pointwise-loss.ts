/**
 * Losses that are a sum over elements, of predictions y against targets t, with d = y - t:
 *
 *     squared     d^2                                            slope 2 d
 *     absolute    |d|                                            slope sign d, 0 at 0
 *     Huber       m (|d| - m / 2), m = min(|d|, delta)           slope d limited to [-delta, delta]     (Huber 1964)
 *     logistic    (1 - t) log(1 + e^y) + t log(1 + e^-y)         slope 1 / (1 + e^-y) - t
 *
 * The logistic loss is the binary cross-entropy of the probability 1 / (1 + e^-y), formed without it, so that large
 * logits neither overflow nor cancel. With a = min(1, e^y) and b = min(1, e^-y), of which one is 1:
 *
 *     (1 - t) max(y, 0) + t max(-y, 0) + log(a + b),             slope ((1 - t) a - t b) / (a + b)
 *
 * dy_i = scale slope_i. An element that does not count has no loss and no gradient, whatever it holds.
 */

import type { Heap } from '../memory/heap.js';
import { ABSOLUTE, HUBER, LOGISTIC, SQUARED } from './codes.js';

/** Losses by element. Gradients below 1e-30 may be flushed to 0; a NaN that counts stays a NaN. */
export interface PointwiseLossKernels {
  /**
   * The sum over the elements that count, formed in 64 bits in a fixed order.
   * @param predictions in, (n); of LOGISTIC they are logits
   * @param targets in, (n)
   * @param mask in, (n) 32-bit integers, -1 where an element counts and 0 where not; address 0: all count
   * @param kind SQUARED, ABSOLUTE, HUBER or LOGISTIC
   * @param delta where HUBER turns from squares to lines, above 0; nobody else reads it
   */
  pointwiseLossForward(
    predictions: number,
    targets: number,
    mask: number,
    n: number,
    kind: number,
    delta: number,
  ): number;

  /**
   * @param dPredictions out (accumulate = 0; then it may be predictions) or in-out (accumulate = 1), (n)
   * @param predictions in, (n)
   * @param targets in, (n)
   * @param mask in, as in the forward
   * @param scale gradient of the sum
   */
  pointwiseLossBackward(
    dPredictions: number,
    predictions: number,
    targets: number,
    mask: number,
    n: number,
    kind: number,
    delta: number,
    scale: number,
    accumulate: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const pointwiseLossJs = (heap: Heap): PointwiseLossKernels => ({
  pointwiseLossForward(predictions, targets, mask, n, kind, delta) {
    const { floats, ints, shift } = heap;
    const [Y, T, M] = [predictions >>> shift, targets >>> shift, mask >>> 2];
    let sum = 0;
    for (let i = 0; i < n; i++) {
      if (mask === 0 || ints[M + i] !== 0) sum += lossOf(kind, floats[Y + i]!, floats[T + i]!, delta);
    }
    return sum;
  },

  pointwiseLossBackward(dPredictions, predictions, targets, mask, n, kind, delta, scale, accumulate) {
    const { floats, ints, shift } = heap;
    const [D, Y, T, M] = [dPredictions >>> shift, predictions >>> shift, targets >>> shift, mask >>> 2];
    for (let i = 0; i < n; i++) {
      const counts = mask === 0 || ints[M + i] !== 0;
      const d = counts ? scale * slopeOf(kind, floats[Y + i]!, floats[T + i]!, delta) : 0;
      floats[D + i] = accumulate === 0 ? d : floats[D + i]! + d;
    }
  },
});

function lossOf(kind: number, y: number, t: number, delta: number): number {
  if (kind === SQUARED) return (y - t) ** 2;
  if (kind === LOGISTIC) {
    return (1 - t) * Math.max(y, 0) + t * Math.max(-y, 0) + Math.log1p(Math.exp(-Math.abs(y)));
  }
  const size = Math.abs(y - t);
  if (kind === ABSOLUTE) return size;
  const m = Math.min(size, delta);
  return m * (size - m / 2);
}

function slopeOf(kind: number, y: number, t: number, delta: number): number {
  if (kind === SQUARED) return 2 * (y - t);
  if (kind === ABSOLUTE) return Math.sign(y - t);
  if (kind === HUBER) return Math.max(-delta, Math.min(delta, y - t));
  const [a, b] = [Math.exp(Math.min(y, 0)), Math.exp(Math.min(-y, 0))];
  return ((1 - t) * a - t * b) / (a + b);
}
