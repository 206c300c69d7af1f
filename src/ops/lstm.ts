/** A whole LSTM layer over time. Equations and source: src/kernels/lstm.ts. */

import { engineOf } from '../engine.js';
import { ACCUMULATE, ASSIGN, BIAS } from '../kernels/gemm.js';
import { View } from '../memory/view.js';
import {
  carriedGradient,
  checkSequence,
  outputGradients,
  prepareInitial,
  returnToInitial,
  sequenceGradients,
  stateSlots,
  wantsGradient,
} from './recurrent.js';
import type { RecurrentWeights, Sizes, StateSource } from './recurrent.js';

/** The result of `lstm`. */
export interface LstmResult {
  /** h of every step, (T, B, H). */
  readonly output: View;
  /** h of the last step, (B, H). */
  readonly h: View;
  /** c of the last step, (B, H). */
  readonly c: View;
}

/** What the backward needs: inputs and the addresses the forward saved. */
interface Saved {
  readonly x: View;
  readonly h0: StateSource | undefined;
  readonly c0: StateSource | undefined;
  readonly weights: RecurrentWeights;
  readonly sizes: Sizes;
  /** (T + 1, B, H) each. */
  readonly h: number;
  readonly c: number;
  /** (T, B, H). */
  readonly tanhC: number;
  /** (T, B, 4H). */
  readonly gates: number;
}

/**
 * Runs an LSTM layer over a sequence.
 * @param x (T, B, I)
 * @param h0 (B, H); zeros if not given
 * @param c0 (B, H); zeros if not given
 * @throws ShapeError
 */
export function lstm(
  x: View,
  h0: StateSource | undefined,
  c0: StateSource | undefined,
  weights: RecurrentWeights,
): LstmResult {
  const engine = engineOf(x);
  const { kernels, memory, tape } = engine;
  const sizes = checkSequence('lstm', x, weights.parameters);
  const { T, B, I, H } = sizes;
  const h = stateSlots('lstm', 'h0', engine, h0, sizes);
  const c = stateSlots('lstm', 'c0', engine, c0, sizes);
  const tanhC = memory.reserve(T * B * H);
  const gates = memory.reserve(T * B * 4 * H);
  const state = memory.bytes(B * H);
  kernels.gemm(gates, x.ptr, weights.input.ptr, T * B, 4 * H, I, I, 4 * H, BIAS);
  const recurrent = weights.recurrent.ptr;
  for (let t = 0; t < T; t++) {
    const gates_t = gates + 4 * t * state;
    const slot = t * state;
    kernels.gemm(gates_t, h + slot, recurrent, B, 4 * H, H, H, 4 * H, ACCUMULATE);
    kernels.lstmForward(h + slot + state, c + slot + state, tanhC + slot, gates_t, c + slot, B, H);
  }
  const result = {
    output: new View(memory, 'output of lstm', h + state, [T, B, H], tape.recording),
    h: new View(memory, 'h of lstm', h + T * state, [B, H], tape.recording),
    c: new View(memory, 'c of lstm', c + T * state, [B, H], tape.recording),
  };
  // The backward reads the states again.
  for (const view of Object.values(result)) view.keep();
  tape.record('lstm', () => lstmBackward(result, { x, h0, c0, weights, sizes, h, c, tanhC, gates }));
  return result;
}

function lstmBackward(result: LstmResult, saved: Saved): void {
  if (!result.output.hasGradient && !result.h.hasGradient && !result.c.hasGradient) return;
  const { x, h0, c0, weights, sizes, h, c, tanhC, gates } = saved;
  const engine = engineOf(x);
  const { kernels, memory } = engine;
  const { T, B, H } = sizes;
  const state = memory.bytes(B * H);
  prepareInitial(h0);
  prepareInitial(c0);
  memory.scratch(() => {
    const dy = outputGradients(result.output, sizes);
    const dh = carriedGradient(engine, result.h);
    const dc = carriedGradient(engine, result.c);
    const recurrent = weights.recurrentBackward.ptr;
    for (let t = T - 1; t >= 0; t--) {
      const gates_t = gates + 4 * t * state;
      const slot = t * state;
      kernels.lstmBackward(gates_t, dc, dh, dy.ptr + t * dy.step, c + slot, tanhC + slot, B, H);
      if (t > 0 || wantsGradient(h0)) kernels.gemm(dh, gates_t, recurrent, B, H, 4 * H, 4 * H, H, ASSIGN);
    }
    returnToInitial(engine, h0, dh);
    returnToInitial(engine, c0, dc);
  });
  sequenceGradients(x, weights, gates, h, sizes);
}
