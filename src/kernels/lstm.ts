/**
 * One step of the LSTM cell with forget gates (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000),
 * in PyTorch's form, gates in the order i f g o:
 *
 *     a = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh           (4H; the host's two products)
 *     i = sigma(a_i)   f = sigma(a_f)   g = tanh(a_g)   o = sigma(a_o)
 *     c_t = f c_{t-1} + i g
 *     h_t = o tanh(c_t)
 *
 * Backward, with dh and dc coming back from step t + 1 and dy from the output of step t:
 *
 *     d = dh + dy
 *     dc = dc + d o (1 - tanh(c_t)^2)
 *     da_i = dc g i (1 - i)   da_f = dc c_{t-1} f (1 - f)   da_g = dc i (1 - g^2)   da_o = d tanh(c_t) o (1 - o)
 *     dc_{t-1} = dc f
 */

import type { Heap } from '../memory/heap.js';
import { activationsOf } from './activation.js';

/** The LSTM cell over a batch. Gradients below 1e-30 may be flushed to 0; a NaN stays a NaN. */
export interface LstmKernels {
  /**
   * @param h out, (B, H)
   * @param c out, (B, H); may be cPrevious
   * @param tanhC out, saved for the backward, (B, H)
   * @param gates in-out, (B, 4H): pre-activations in, activated gates out
   * @param cPrevious in, (B, H)
   */
  lstmForward(h: number, c: number, tanhC: number, gates: number, cPrevious: number, B: number, H: number): void;

  /**
   * @param gates in-out, (B, 4H): activated gates in, gradients of the pre-activations out
   * @param dc in-out, (B, H): gradient of c_t in, of c_{t-1} out
   * @param dh in, (B, H): gradient of h_t that comes back through time
   * @param dy in, (B, H): gradient of h_t as an output
   * @param cPrevious in, (B, H)
   * @param tanhC in, (B, H)
   */
  lstmBackward(
    gates: number,
    dc: number,
    dh: number,
    dy: number,
    cPrevious: number,
    tanhC: number,
    B: number,
    H: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const lstmJs = (heap: Heap): LstmKernels => {
  const { tanh, sigmoid } = activationsOf(heap);
  return {
    lstmForward(h, c, tanhC, gates, cPrevious, B, H) {
      const { floats, shift } = heap;
      for (let b = 0; b < B; b++) {
        const row = b * H;
        const I = (gates >>> shift) + 4 * row;
        for (let j = 0; j < H; j++) {
          const i = sigmoid(floats[I + j]!);
          const f = sigmoid(floats[I + H + j]!);
          const g = tanh(floats[I + 2 * H + j]!);
          const o = sigmoid(floats[I + 3 * H + j]!);
          const c_t = f * floats[(cPrevious >>> shift) + row + j]! + i * g;
          const t = tanh(c_t);
          floats[I + j] = i;
          floats[I + H + j] = f;
          floats[I + 2 * H + j] = g;
          floats[I + 3 * H + j] = o;
          floats[(c >>> shift) + row + j] = c_t;
          floats[(tanhC >>> shift) + row + j] = t;
          floats[(h >>> shift) + row + j] = o * t;
        }
      }
    },

    lstmBackward(gates, dc, dh, dy, cPrevious, tanhC, B, H) {
      const { floats, shift } = heap;
      for (let b = 0; b < B; b++) {
        const row = b * H;
        const I = (gates >>> shift) + 4 * row;
        for (let j = 0; j < H; j++) {
          const i = floats[I + j]!;
          const f = floats[I + H + j]!;
          const g = floats[I + 2 * H + j]!;
          const o = floats[I + 3 * H + j]!;
          const t = floats[(tanhC >>> shift) + row + j]!;
          const d = floats[(dh >>> shift) + row + j]! + floats[(dy >>> shift) + row + j]!;
          const dc_t = floats[(dc >>> shift) + row + j]! + d * o * (1 - t * t);
          floats[I + j] = dc_t * g * i * (1 - i);
          floats[I + H + j] = dc_t * floats[(cPrevious >>> shift) + row + j]! * f * (1 - f);
          floats[I + 2 * H + j] = dc_t * i * (1 - g * g);
          floats[I + 3 * H + j] = d * t * o * (1 - o);
          floats[(dc >>> shift) + row + j] = dc_t * f;
        }
      }
    },
  };
};
