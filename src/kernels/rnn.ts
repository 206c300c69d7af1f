/**
 * The Elman cell (Elman, "Finding structure in time", 1990), in PyTorch's form:
 *
 *     a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh        (the host's two products)
 *     h_t = phi(a_t)                                     phi: src/kernels/activation.ts
 *
 * Backward, with dh the gradient that comes back from step t + 1 and dy the one from the output of step t:
 *
 *     da_t = (dh + dy) phi'(a_t)
 */

import type { Heap } from '../memory/heap.js';
import { activationJs, activationsOf } from './activation.js';

/** The Elman cell's activation, n elements. Gradients below 1e-30 may be flushed to 0; a NaN stays a NaN. */
export interface RnnKernels {
  /**
   * h := phi(a).
   * @param h out, (n); may be a
   * @param a in, (n)
   */
  rnnForward(h: number, a: number, n: number, activation: number): void;

  /**
   * da := (dh + dy) phi'(a).
   * @param da out, (n); may be any of the others
   * @param dh in, (n)
   * @param dy in, (n)
   * @param h in, (n), the forward's result; not read by silu and gelu
   * @param a in, (n); read by silu and gelu only
   */
  rnnBackward(da: number, dh: number, dy: number, h: number, a: number, n: number, activation: number): void;
}

/** The kernels of this file in JavaScript. */
export const rnnJs = (heap: Heap): RnnKernels => {
  const { gradient } = activationsOf(heap);
  const { activationForward } = activationJs(heap);
  return {
    rnnForward(h, a, n, activation) {
      activationForward(h, a, n, activation);
    },

    rnnBackward(da, dh, dy, h, a, n, activation) {
      const { floats, shift } = heap;
      const [dA, dH, dY, Hp, Ap] = [da >>> shift, dh >>> shift, dy >>> shift, h >>> shift, a >>> shift];
      for (let i = 0; i < n; i++) {
        const d = floats[dH + i]! + floats[dY + i]!;
        floats[dA + i] = gradient(d, floats[Ap + i]!, floats[Hp + i]!, activation);
      }
    },
  };
};
