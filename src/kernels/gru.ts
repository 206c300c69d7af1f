/**
 * One step of the GRU cell (Cho et al. 2014) with the reset gate after the recurrent product, as in PyTorch, cuDNN
 * and Keras:
 *
 *     r = sigma(a_r)   z = sigma(a_z)                     a_rz = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
 *     q = W_hn h_{t-1} + b_hn
 *     n = tanh(a_n + r q)                                 a_n = W_in x_t + b_in
 *     h_t = (1 - z) n + z h_{t-1}
 *
 * The gate buffer has four blocks in the order n r z q: the input product fills the first three, the recurrent one
 * the last three, and the backward hands the last three to the recurrent products in one piece.
 *
 * Backward, with dh coming back from step t + 1 and dy from the output of step t:
 *
 *     d = dh + dy
 *     da_n = d (1 - z) (1 - n^2)   da_z = d (h_{t-1} - n) z (1 - z)   da_r = da_n q r (1 - r)   dq = da_n r
 *     dh_{t-1} = d z, to which the host adds the products of da_r, da_z and dq with W_hh
 *
 * Every pre-activation, that of n with r q, is limited to +-gateClip (ONNX `clip`); where the limit holds its
 * slope is 0. Infinity is no limit.
 */

import type { Heap } from '../memory/heap.js';
import { activationsOf } from './activation.js';
import { limit, passing, sigmoidSlope, tanhSlope } from './gate-clip.js';

/** The GRU cell over a batch. Gradients below 1e-30 may be flushed to 0; a NaN stays a NaN. */
export interface GruKernels {
  /**
   * @param h out, (B, H); may be hPrevious
   * @param gates in-out, (B, 4H): a_n, a_r, a_z, q in; n, r, z, q out
   * @param hPrevious in, (B, H)
   */
  gruForward(h: number, gates: number, hPrevious: number, B: number, H: number, gateClip: number): void;

  /**
   * @param gates in-out, (B, 4H): n, r, z, q in; their gradients before activation out
   * @param dh in-out, (B, H): gradient of h_t that comes back through time in, its direct part for h_{t-1} out
   * @param dy in, (B, H): gradient of h_t as an output
   * @param hPrevious in, (B, H)
   */
  gruBackward(gates: number, dh: number, dy: number, hPrevious: number, B: number, H: number, gateClip: number): void;
}

/** The kernels of this file in JavaScript. */
export const gruJs = (heap: Heap): GruKernels => {
  const { tanh, sigmoid } = activationsOf(heap);
  return {
    gruForward(h, gates, hPrevious, B, H, gateClip) {
      const { floats, shift } = heap;
      for (let b = 0; b < B; b++) {
        const row = b * H;
        const N = (gates >>> shift) + 4 * row;
        for (let j = 0; j < H; j++) {
          const r = sigmoid(limit(floats[N + H + j]!, gateClip));
          const z = sigmoid(limit(floats[N + 2 * H + j]!, gateClip));
          const n = tanh(limit(floats[N + j]! + r * floats[N + 3 * H + j]!, gateClip));
          floats[N + j] = n;
          floats[N + H + j] = r;
          floats[N + 2 * H + j] = z;
          floats[(h >>> shift) + row + j] = (1 - z) * n + z * floats[(hPrevious >>> shift) + row + j]!;
        }
      }
    },

    gruBackward(gates, dh, dy, hPrevious, B, H, gateClip) {
      const { floats, shift } = heap;
      const open = passing(heap, gateClip);
      for (let b = 0; b < B; b++) {
        const row = b * H;
        const N = (gates >>> shift) + 4 * row;
        for (let j = 0; j < H; j++) {
          const n = floats[N + j]!;
          const r = floats[N + H + j]!;
          const z = floats[N + 2 * H + j]!;
          const q = floats[N + 3 * H + j]!;
          const d = floats[(dh >>> shift) + row + j]! + floats[(dy >>> shift) + row + j]!;
          const dn = d * (1 - z) * tanhSlope(n, open);
          floats[N + j] = dn;
          floats[N + H + j] = dn * q * sigmoidSlope(r, open);
          const kept = floats[(hPrevious >>> shift) + row + j]! - n;
          floats[N + 2 * H + j] = d * kept * sigmoidSlope(z, open);
          floats[N + 3 * H + j] = dn * r;
          floats[(dh >>> shift) + row + j] = d * z;
        }
      }
    },
  };
};
