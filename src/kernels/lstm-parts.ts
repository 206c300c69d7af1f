/**
 * One step of the LSTM cell in two parts, for every form but the plain one (src/kernels/lstm.ts), which is fused. The
 * host normalises between the parts where it is asked to, and adds zoneout and projection behind them.
 *
 *     the carry    a_i += p_i c_{t-1}   a_f += p_f c_{t-1}      i = sigma(a_i)   f = sigma(a_f)   g = tanh(a_g)
 *                  c_t = f c_{t-1} + i g
 *     the output   a_o += p_o c_t                               o = sigma(a_o)
 *                  h_t = o tanh(c_t)
 *
 * with the gates there are, the gate buffer holding the blocks of those alone:
 *
 *     CAROUSEL      g          c_t = c_{t-1} + g, h_t = tanh(c_t): the constant error carousel (Hochreiter 1991)
 *     INPUT_OUTPUT  i g o      f = 1 (Hochreiter and Schmidhuber 1997)
 *     FORGET        i f g o    (Gers, Schmidhuber and Cummins 2000)
 *     COUPLED       i g o      f = 1 - i (Greff et al. 2017; ONNX input_forget)
 *
 * Peepholes p are vectors (Gers, Schraudolph and Schmidhuber 2002): i and f see the c before, o sees the new one. Every
 * pre-activation is limited to +-gateClip after its peephole (ONNX `clip`), c_t to +-cellClip (Sak, Senior and Beaufays
 * 2014). Where a limit holds its slope is 0. Infinity is no limit.
 */

import type { Heap } from '../memory/heap.js';
import { blocksOf, CAROUSEL, COUPLED, FORGET } from './codes.js';
import { activationsOf } from './activation.js';
import { limit, limitSlope, passing, sigmoidSlope, stored, tanhSlope } from './gate-clip.js';

/**
 * The two parts of the LSTM cell over a batch. G is the number of blocks. Gradients below 1e-30 may be flushed to 0; a
 * NaN stays a NaN.
 */
export interface LstmPartsKernels {
  /**
   * @param c out, (B, H)
   * @param gates in-out, (B, G H): pre-activations in; i, f and g activated out, o untouched
   * @param cPrevious in, (B, H)
   * @param peepholes in, p_i and, with FORGET, p_f, (H) each; or 0
   */
  lstmCarryForward(
    c: number,
    gates: number,
    cPrevious: number,
    peepholes: number,
    B: number,
    H: number,
    kind: number,
    gateClip: number,
    cellClip: number,
  ): void;

  /**
   * @param gates in-out, (B, G H): i, f and g in, the gradients of their pre-activations out; o untouched
   * @param dc in-out, (B, H): gradient of c_t in, of c_{t-1} out
   * @param c in, (B, H): the forward's result
   * @param cPrevious in, (B, H)
   * @param peepholes in, as in the forward
   */
  lstmCarryBackward(
    gates: number,
    dc: number,
    c: number,
    cPrevious: number,
    peepholes: number,
    B: number,
    H: number,
    kind: number,
    gateClip: number,
    cellClip: number,
  ): void;

  /**
   * @param h out, (B, H)
   * @param tanhC out, saved for the backward, (B, H)
   * @param gates in-out, (B, G H): the pre-activation of o in, o out; the others untouched
   * @param c in, (B, H): what tanh takes
   * @param seen in, (B, H): what the peephole sees; may be c; not read without one
   * @param peephole in, p_o (H), or 0
   */
  lstmOutputForward(
    h: number,
    tanhC: number,
    gates: number,
    c: number,
    seen: number,
    peephole: number,
    B: number,
    H: number,
    kind: number,
    gateClip: number,
  ): void;

  /**
   * @param gates in-out, (B, G H): o in, the gradient of its pre-activation out; the others untouched
   * @param dc in-out, (B, H), accumulates the gradient of what tanh took
   * @param dSeen in-out, (B, H), accumulates the gradient of what the peephole saw; may be dc; not touched without one
   * @param dh in, (B, H): gradient of h_t that comes back through time
   * @param dy in, (B, H): gradient of h_t as an output
   * @param tanhC in, (B, H)
   * @param peephole in, p_o (H), or 0
   */
  lstmOutputBackward(
    gates: number,
    dc: number,
    dSeen: number,
    dh: number,
    dy: number,
    tanhC: number,
    peephole: number,
    B: number,
    H: number,
    kind: number,
    gateClip: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const lstmPartsJs = (heap: Heap): LstmPartsKernels => {
  const { tanh, sigmoid } = activationsOf(heap);
  return {
    lstmCarryForward(c, gates, cPrevious, peepholes, B, H, kind, gateClip, cellClip) {
      const { floats, shift } = heap;
      const blocks = blocksOf(kind);
      const p = peepholes >>> shift;
      for (let b = 0; b < B; b++) {
        for (let j = 0; j < H; j++) {
          const I = (gates >>> shift) + blocks * b * H + j;
          const F = I + H;
          const G = I + (kind === CAROUSEL ? 0 : blocks - 2) * H;
          const before = floats[(cPrevious >>> shift) + b * H + j]!;
          const g = tanh(limit(floats[G]!, gateClip));
          let sum = before + g;
          if (kind !== CAROUSEL) {
            const seen = peepholes === 0 ? 0 : floats[p + j]! * before;
            const i = sigmoid(limit(floats[I]! + seen, gateClip));
            let f = kind === COUPLED ? 1 - i : 1;
            if (kind === FORGET) {
              const seenByF = peepholes === 0 ? 0 : floats[p + H + j]! * before;
              f = sigmoid(limit(floats[F]! + seenByF, gateClip));
              floats[F] = f;
            }
            floats[I] = i;
            sum = f * before + i * g;
          }
          floats[G] = g;
          floats[(c >>> shift) + b * H + j] = limit(sum, cellClip);
        }
      }
    },

    lstmCarryBackward(gates, dc, c, cPrevious, peepholes, B, H, kind, gateClip, cellClip) {
      const { floats, shift } = heap;
      const blocks = blocksOf(kind);
      const p = peepholes >>> shift;
      const open = passing(heap, gateClip);
      const most = stored(heap, cellClip);
      for (let b = 0; b < B; b++) {
        for (let j = 0; j < H; j++) {
          const I = (gates >>> shift) + blocks * b * H + j;
          const F = I + H;
          const G = I + (kind === CAROUSEL ? 0 : blocks - 2) * H;
          const row = b * H + j;
          const before = floats[(cPrevious >>> shift) + row]!;
          const d = floats[(dc >>> shift) + row]! * limitSlope(floats[(c >>> shift) + row]!, most);
          const g = floats[G]!;
          const i = kind === CAROUSEL ? 1 : floats[I]!;
          floats[G] = d * i * tanhSlope(g, open);
          let dBefore = d;
          if (kind !== CAROUSEL) {
            const di = d * (kind === COUPLED ? g - before : g) * sigmoidSlope(i, open);
            floats[I] = di;
            if (kind === COUPLED) dBefore = d * (1 - i);
            if (kind === FORGET) {
              const f = floats[F]!;
              const df = d * before * sigmoidSlope(f, open);
              floats[F] = df;
              dBefore = d * f + (peepholes === 0 ? 0 : df * floats[p + H + j]!);
            }
            if (peepholes !== 0) dBefore += di * floats[p + j]!;
          }
          floats[(dc >>> shift) + row] = dBefore;
        }
      }
    },

    lstmOutputForward(h, tanhC, gates, c, seen, peephole, B, H, kind, gateClip) {
      const { floats, shift } = heap;
      const blocks = blocksOf(kind);
      for (let b = 0; b < B; b++) {
        for (let j = 0; j < H; j++) {
          const row = b * H + j;
          const O = (gates >>> shift) + (blocks * b + blocks - 1) * H + j;
          const t = tanh(floats[(c >>> shift) + row]!);
          floats[(tanhC >>> shift) + row] = t;
          let o = 1;
          if (kind !== CAROUSEL) {
            const peeped = peephole === 0 ? 0 : floats[(peephole >>> shift) + j]! * floats[(seen >>> shift) + row]!;
            o = sigmoid(limit(floats[O]! + peeped, gateClip));
            floats[O] = o;
          }
          floats[(h >>> shift) + row] = o * t;
        }
      }
    },

    lstmOutputBackward(gates, dc, dSeen, dh, dy, tanhC, peephole, B, H, kind, gateClip) {
      const { floats, shift } = heap;
      const blocks = blocksOf(kind);
      const open = passing(heap, gateClip);
      for (let b = 0; b < B; b++) {
        for (let j = 0; j < H; j++) {
          const row = b * H + j;
          const O = (gates >>> shift) + (blocks * b + blocks - 1) * H + j;
          const d = floats[(dh >>> shift) + row]! + floats[(dy >>> shift) + row]!;
          const t = floats[(tanhC >>> shift) + row]!;
          const o = kind === CAROUSEL ? 1 : floats[O]!;
          floats[(dc >>> shift) + row]! += d * o * (1 - t * t);
          if (kind === CAROUSEL) continue;
          const da = d * t * sigmoidSlope(o, open);
          floats[O] = da;
          if (peephole !== 0) floats[(dSeen >>> shift) + row]! += da * floats[(peephole >>> shift) + j]!;
        }
      }
    },
  };
};
