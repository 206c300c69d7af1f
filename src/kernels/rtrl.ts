/**
 * Sensitivities of the state to the weights, carried forwards in time: real-time recurrent learning (Williams and
 * Zipser, "A learning algorithm for continually running fully recurrent neural networks", 1989). With theta_{kd} the
 * weight from element d of the cell's input u_t (x_t, h_{t-1} or the 1 of the biases) to pre-activation k, of G H:
 *
 *     A = W_hh dh_{t-1}/dtheta + da_t/dtheta        (the host's product, (N, G H); da_k/dtheta_{kd} = u_d)
 *     RNN    dh = phi'(a) A
 *     LSTM   dc = f dc_{t-1} + g i (1 - i) A_i + c_{t-1} f (1 - f) A_f + i (1 - g^2) A_g
 *            dh = o (1 - tanh(c)^2) dc + tanh(c) o (1 - o) A_o
 *
 * and dL/dtheta = dh/dtheta dL/dh. The sensitivities of one row of the batch are (G H, D, H), so that those of one
 * weight are a row and W_hh is the operand that is packed.
 */

import type { Heap } from '../memory/heap.js';

/** Real-time recurrent learning. Sensitivities below 1e-30 may be flushed to 0; a NaN stays a NaN. */
export interface RtrlKernels {
  /**
   * A step of the sensitivities of h to the weights of `rows` pre-activations, of which `first` come before.
   * @param p out, (rows, D, H)
   * @param products in-out, (rows D, H): W_hh times the sensitivities of h_{t-1} in, A out
   * @param slopes in, (H): phi'(a_t)
   * @param inputs in, (D): u_t
   */
  rnnSensitivities(
    p: number,
    products: number,
    slopes: number,
    inputs: number,
    rows: number,
    first: number,
    D: number,
    H: number,
  ): void;

  /**
   * What the sensitivities of one step are multiplied by, in the order of their six products:
   * g i (1 - i), c_{t-1} f (1 - f), i (1 - g^2), f, o (1 - tanh(c)^2), tanh(c) o (1 - o).
   * @param slopes out, (B, 6, H)
   * @param gates in, (B, 4H): the activated gates of lstmForward
   * @param cPrevious in, (B, H)
   * @param tanhC in, (B, H)
   */
  lstmSlopes(slopes: number, gates: number, cPrevious: number, tanhC: number, B: number, H: number): void;

  /**
   * A step of the sensitivities of h and c to the weights of `rows` pre-activations, of which `first` come before.
   * @param ph out, (rows, D, H)
   * @param pc in-out, (rows, D, H)
   * @param products in-out, (rows D, 4H): W_hh times the sensitivities of h_{t-1} in, A out
   * @param slopes in, (6, H): of lstmSlopes
   * @param inputs in, (D): u_t
   */
  lstmSensitivities(
    ph: number,
    pc: number,
    products: number,
    slopes: number,
    inputs: number,
    rows: number,
    first: number,
    D: number,
    H: number,
  ): void;

  /**
   * y += A x (BLAS).
   * @param y in-out, (M)
   * @param a in, (M, N)
   * @param x in, (N)
   */
  gemv(y: number, a: number, x: number, M: number, N: number): void;
}

/** The kernels of this file in JavaScript. */
export const rtrlJs = (heap: Heap): RtrlKernels => ({
  rnnSensitivities(p, products, slopes, inputs, rows, first, D, H) {
    addDirect(heap, products, inputs, rows, first, D, H);
    const { floats, shift } = heap;
    const S = slopes >>> shift;
    for (let n = rows * D, P = p >>> shift, A = products >>> shift; n > 0; n--, P += H, A += H) {
      for (let j = 0; j < H; j++) floats[P + j] = floats[S + j]! * floats[A + j]!;
    }
  },

  lstmSlopes(slopes, gates, cPrevious, tanhC, B, H) {
    const { floats, shift } = heap;
    for (let b = 0; b < B; b++) {
      const S = (slopes >>> shift) + 6 * b * H;
      const I = (gates >>> shift) + 4 * b * H;
      for (let j = 0; j < H; j++) {
        const i = floats[I + j]!;
        const f = floats[I + H + j]!;
        const g = floats[I + 2 * H + j]!;
        const o = floats[I + 3 * H + j]!;
        const t = floats[(tanhC >>> shift) + b * H + j]!;
        floats[S + j] = g * i * (1 - i);
        floats[S + H + j] = floats[(cPrevious >>> shift) + b * H + j]! * f * (1 - f);
        floats[S + 2 * H + j] = i * (1 - g * g);
        floats[S + 3 * H + j] = f;
        floats[S + 4 * H + j] = o * (1 - t * t);
        floats[S + 5 * H + j] = t * o * (1 - o);
      }
    }
  },

  lstmSensitivities(ph, pc, products, slopes, inputs, rows, first, D, H) {
    addDirect(heap, products, inputs, rows, first, D, 4 * H);
    const { floats, shift } = heap;
    const S = slopes >>> shift;
    const Ph = ph >>> shift;
    const Pc = pc >>> shift;
    for (let n = 0, A = products >>> shift; n < rows * D; n++, A += 4 * H) {
      for (let j = 0, at = n * H; j < H; j++, at++) {
        const dc =
          floats[S + 3 * H + j]! * floats[Pc + at]! +
          floats[S + j]! * floats[A + j]! +
          floats[S + H + j]! * floats[A + H + j]! +
          floats[S + 2 * H + j]! * floats[A + 2 * H + j]!;
        floats[Pc + at] = dc;
        floats[Ph + at] = floats[S + 4 * H + j]! * dc + floats[S + 5 * H + j]! * floats[A + 3 * H + j]!;
      }
    }
  },

  gemv(y, a, x, M, N) {
    const { floats, shift } = heap;
    const X = x >>> shift;
    for (let m = 0, A = a >>> shift; m < M; m++, A += N) {
      let sum = 0;
      for (let n = 0; n < N; n++) sum += floats[A + n]! * floats[X + n]!;
      floats[(y >>> shift) + m]! += sum;
    }
  },
});

/** A_{kd, k} += u_d: a weight acts at once on its own pre-activation alone. */
function addDirect(
  { floats, shift }: Heap,
  products: number,
  inputs: number,
  rows: number,
  first: number,
  D: number,
  width: number,
): void {
  let A = (products >>> shift) + first;
  for (let k = 0; k < rows; k++, A++) {
    for (let d = 0; d < D; d++, A += width) floats[A]! += floats[(inputs >>> shift) + d]!;
  }
}
