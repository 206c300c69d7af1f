/**
 * The Elman cell (Elman, "Finding structure in time", 1990), in PyTorch's form:
 *
 *     a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh        (the host's two products)
 *     h_t = phi(a_t)                                     phi = tanh or relu
 *
 * Backward, with dh the gradient that comes back from step t + 1 and dy the one from the output of step t:
 *
 *     da_t = (dh + dy) phi'(a_t)                         tanh' = 1 - h^2,  relu' = [h > 0]
 */

import type { Heap } from '../memory/heap.js';
import { activationsOf } from './activation.js';

/** phi = tanh. */
export const TANH = 0;
/** phi = max(0, x). */
export const RELU = 1;

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
   * @param da out, (n); may be dh or dy
   * @param dh in, (n)
   * @param dy in, (n)
   * @param h in, (n), the forward's result
   */
  rnnBackward(da: number, dh: number, dy: number, h: number, n: number, activation: number): void;
}

/** The kernels of this file in JavaScript. */
export const rnnJs = (heap: Heap): RnnKernels => {
  const { tanh } = activationsOf(heap);
  return {
    rnnForward(h, a, n, activation) {
      const { floats, shift } = heap;
      const Hp = h >>> shift;
      const Ap = a >>> shift;
      for (let i = 0; i < n; i++) {
        const x = floats[Ap + i]!;
        floats[Hp + i] = activation === TANH ? tanh(x) : x < 0 ? 0 : x;
      }
    },

    rnnBackward(da, dh, dy, h, n, activation) {
      const { floats, shift } = heap;
      const dA = da >>> shift;
      const dH = dh >>> shift;
      const dY = dy >>> shift;
      const Hp = h >>> shift;
      for (let i = 0; i < n; i++) {
        const d = floats[dH + i]! + floats[dY + i]!;
        const y = floats[Hp + i]!;
        floats[dA + i] = activation === TANH ? d * (1 - y * y) : y > 0 ? d : 0;
      }
    },
  };
};
