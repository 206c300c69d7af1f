/**
 * One step of the GRU cell with the reset gate before the recurrent product (Cho et al. 2014, v3), as ONNX has it by
 * default; it cannot be converted to the form of src/kernels/gru.ts. In two parts, for the product of r h_{t-1} with
 * W_hn lies between them; the gate buffer has the blocks r z n:
 *
 *     reset     r = sigma(a_r)   z = sigma(a_z)   s = r h_{t-1}
 *     update    n = tanh(a_n)                                         a_n = W_in x_t + b_in + W_hn s + b_hn
 *               h_t = (1 - z) n + z h_{t-1}
 *
 * Every pre-activation is limited to +-gateClip (ONNX `clip`); where the limit holds its slope is 0. Infinity is no limit.
 */

import type { Heap } from '../memory/heap.js';
import { activationsOf } from './activation.js';
import { limit, passing, sigmoidSlope, tanhSlope } from './gate-clip.js';

/** The two parts of the cell over a batch. Gradients below 1e-30 may be flushed to 0; a NaN stays a NaN. */
export interface GruBeforeKernels {
  /**
   * @param s out, (B, H): r h
   * @param gates in-out, (B, 3H): a_r and a_z in, r and z out; n untouched
   * @param h in, (B, H): the state, or what dropout leaves of it
   */
  gruResetForward(s: number, gates: number, h: number, B: number, H: number, gateClip: number): void;

  /**
   * @param gates in-out, (B, 3H): r in, the gradient of a_r out; z and n untouched
   * @param dh in-out, (B, H), accumulates ds r
   * @param ds in, (B, H)
   * @param h in, (B, H)
   */
  gruResetBackward(gates: number, dh: number, ds: number, h: number, B: number, H: number, gateClip: number): void;

  /**
   * @param h out, (B, H)
   * @param gates in-out, (B, 3H): z and a_n in, n out; r untouched
   * @param hPrevious in, (B, H)
   */
  gruUpdateForward(h: number, gates: number, hPrevious: number, B: number, H: number, gateClip: number): void;

  /**
   * @param gates in-out, (B, 3H): z and n in, the gradients of a_z and a_n out; r untouched
   * @param dh in-out, (B, H): gradient of h_t that comes back through time in, its direct part for h_{t-1} out
   * @param dy in, (B, H): gradient of h_t as an output
   * @param hPrevious in, (B, H)
   */
  gruUpdateBackward(
    gates: number,
    dh: number,
    dy: number,
    hPrevious: number,
    B: number,
    H: number,
    gateClip: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const gruBeforeJs = (heap: Heap): GruBeforeKernels => {
  const { tanh, sigmoid } = activationsOf(heap);

  /** Calls `each` with the indices of every unit: within its row of gates, and within the states. */
  function units(gates: number, B: number, H: number, each: (R: number, i: number) => void): void {
    for (let b = 0; b < B; b++) {
      for (let j = 0; j < H; j++) each((gates >>> heap.shift) + 3 * b * H + j, b * H + j);
    }
  }

  return {
    gruResetForward(s, gates, h, B, H, gateClip) {
      const { floats, shift } = heap;
      units(gates, B, H, (R, i) => {
        const r = sigmoid(limit(floats[R]!, gateClip));
        floats[R] = r;
        floats[R + H] = sigmoid(limit(floats[R + H]!, gateClip));
        floats[(s >>> shift) + i] = r * floats[(h >>> shift) + i]!;
      });
    },

    gruResetBackward(gates, dh, ds, h, B, H, gateClip) {
      const { floats, shift } = heap;
      const open = passing(heap, gateClip);
      units(gates, B, H, (R, i) => {
        const r = floats[R]!;
        const d = floats[(ds >>> shift) + i]!;
        floats[R] = d * floats[(h >>> shift) + i]! * sigmoidSlope(r, open);
        floats[(dh >>> shift) + i]! += d * r;
      });
    },

    gruUpdateForward(h, gates, hPrevious, B, H, gateClip) {
      const { floats, shift } = heap;
      units(gates, B, H, (R, i) => {
        const z = floats[R + H]!;
        const n = tanh(limit(floats[R + 2 * H]!, gateClip));
        floats[R + 2 * H] = n;
        floats[(h >>> shift) + i] = (1 - z) * n + z * floats[(hPrevious >>> shift) + i]!;
      });
    },

    gruUpdateBackward(gates, dh, dy, hPrevious, B, H, gateClip) {
      const { floats, shift } = heap;
      const open = passing(heap, gateClip);
      units(gates, B, H, (R, i) => {
        const z = floats[R + H]!;
        const n = floats[R + 2 * H]!;
        const d = floats[(dh >>> shift) + i]! + floats[(dy >>> shift) + i]!;
        const before = floats[(hPrevious >>> shift) + i]!;
        floats[R + H] = d * (before - n) * sigmoidSlope(z, open);
        floats[R + 2 * H] = d * (1 - z) * tanhSlope(n, open);
        floats[(dh >>> shift) + i] = d * z;
      });
    },
  };
};
