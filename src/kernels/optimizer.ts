/**
 * Optimizer updates of a flat range of parameters p with gradient g and learning rate lr:
 *
 *     sgd        p -= lr (g + wd p)
 *     momentum   u = g + wd p;  m = mu m + u;  p -= lr m,  or with Nesterov p -= lr (u + mu m)     (PyTorch's form)
 *     rmsprop    u = g + wd p;  v = a v + (1 - a) u^2;  p -= lr u / (sqrt(v) + eps)                (Tieleman and Hinton 2012)
 *     adam       u = g + wd p;  m = b1 m + (1 - b1) u;  v = b2 v + (1 - b2) u^2                    (Kingma and Ba 2015)
 *                p -= lr / c1  m / (sqrt(v / c2) + eps),     c1 = 1 - b1^t,  c2 = 1 - b2^t
 *                decoupled: u = g, and p is first multiplied by 1 - lr wd                          (AdamW, Loshchilov and Hutter 2019)
 */

import type { Heap } from '../memory/heap.js';

/**
 * One pass each. p, m and v are in-out, g is in, all (n) and none overlapping. Means below 1e-30 and squares below
 * 1e-37 may be flushed to 0.
 */
export interface OptimizerKernels {
  sgdStep(p: number, g: number, n: number, lr: number, weightDecay: number): void;

  /** @param nesterov 1 for Nesterov's form, else 0 */
  momentumStep(
    p: number,
    g: number,
    m: number,
    n: number,
    lr: number,
    weightDecay: number,
    momentum: number,
    nesterov: number,
  ): void;

  rmspropStep(
    p: number,
    g: number,
    v: number,
    n: number,
    lr: number,
    weightDecay: number,
    alpha: number,
    epsilon: number,
  ): void;

  /**
   * @param decoupled 1 for AdamW's weight decay, else 0
   * @param correction1 1 - beta1^t for the t-th update, from 1
   * @param correction2 1 - beta2^t
   */
  adamStep(
    p: number,
    g: number,
    m: number,
    v: number,
    n: number,
    lr: number,
    weightDecay: number,
    decoupled: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    correction1: number,
    correction2: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const optimizerJs = (heap: Heap): OptimizerKernels => ({
  sgdStep(p, g, n, lr, weightDecay) {
    const { floats, shift } = heap;
    const P = p >>> shift;
    const G = g >>> shift;
    for (let i = 0; i < n; i++) floats[P + i]! -= lr * (floats[G + i]! + weightDecay * floats[P + i]!);
  },

  momentumStep(p, g, m, n, lr, weightDecay, momentum, nesterov) {
    const { floats, shift } = heap;
    const P = p >>> shift;
    const G = g >>> shift;
    const M = m >>> shift;
    for (let i = 0; i < n; i++) {
      const u = floats[G + i]! + weightDecay * floats[P + i]!;
      const velocity = momentum * floats[M + i]! + u;
      floats[M + i] = velocity;
      floats[P + i]! -= lr * (nesterov === 1 ? u + momentum * velocity : velocity);
    }
  },

  rmspropStep(p, g, v, n, lr, weightDecay, alpha, epsilon) {
    const { floats, shift } = heap;
    const P = p >>> shift;
    const G = g >>> shift;
    const V = v >>> shift;
    for (let i = 0; i < n; i++) {
      const u = floats[G + i]! + weightDecay * floats[P + i]!;
      const square = alpha * floats[V + i]! + (1 - alpha) * u * u;
      floats[V + i] = square;
      floats[P + i]! -= (lr * u) / (Math.sqrt(square) + epsilon);
    }
  },

  adamStep(p, g, m, v, n, lr, weightDecay, decoupled, beta1, beta2, epsilon, correction1, correction2) {
    const { floats, shift } = heap;
    const P = p >>> shift;
    const G = g >>> shift;
    const M = m >>> shift;
    const V = v >>> shift;
    const l2 = decoupled === 1 ? 0 : weightDecay;
    const shrink = decoupled === 1 ? 1 - lr * weightDecay : 1;
    const step = lr / correction1;
    const unbias = 1 / Math.sqrt(correction2);
    for (let i = 0; i < n; i++) {
      const w = floats[P + i]!;
      const u = floats[G + i]! + l2 * w;
      const mean = beta1 * floats[M + i]! + (1 - beta1) * u;
      const square = beta2 * floats[V + i]! + (1 - beta2) * u * u;
      floats[M + i] = mean;
      floats[V + i] = square;
      floats[P + i] = shrink * w - (step * mean) / (Math.sqrt(square) * unbias + epsilon);
    }
  },
});
