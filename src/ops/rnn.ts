/** A whole Elman layer over time. Equations and source: src/kernels/rnn.ts. */

import { engineOf } from '../engine.js';
import { activationKind, ACTIVATIONS } from '../kernels/activation.js';
import type { Activation } from '../kernels/activation.js';
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

/** The activations of the Elman layer. */
export const NONLINEARITIES: readonly Activation[] = ACTIVATIONS;

/** An activation of the Elman layer. */
export type Nonlinearity = Activation;

/** The result of `rnn`. */
export interface RnnResult {
  /** h of every step, (T, B, H). */
  readonly output: View;
  /** h of the last step, (B, H). */
  readonly h: View;
}

interface Saved {
  readonly x: View;
  readonly h0: StateSource | undefined;
  readonly weights: RecurrentWeights;
  readonly sizes: Sizes;
  readonly activation: number;
  /** (T + 1, B, H). */
  readonly h: number;
  /** Pre-activations in, their gradients out, (T, B, H). */
  readonly gates: number;
}

/**
 * Runs an Elman layer over a sequence.
 * @param x (T, B, I)
 * @param h0 (B, H); zeros if not given
 * @throws ShapeError
 */
export function rnn(
  x: View,
  h0: StateSource | undefined,
  weights: RecurrentWeights,
  nonlinearity: Nonlinearity,
): RnnResult {
  const engine = engineOf(x);
  const { kernels, memory, tape } = engine;
  const sizes = checkSequence('rnn', x, weights.parameters);
  const { T, B, I, H } = sizes;
  const activation = activationKind(nonlinearity);
  const h = stateSlots('rnn', 'h0', engine, h0, sizes);
  const gates = memory.reserve(T * B * H);
  const state = memory.bytes(B * H);
  kernels.gemm(gates, x.ptr, weights.input.ptr, T * B, H, I, I, H, BIAS);
  const recurrent = weights.recurrent.ptr;
  for (let t = 0; t < T; t++) {
    const slot = t * state;
    kernels.gemm(gates + slot, h + slot, recurrent, B, H, H, H, H, ACCUMULATE);
    kernels.rnnForward(h + slot + state, gates + slot, B * H, activation);
  }
  const result = {
    output: new View(memory, 'output of rnn', h + state, [T, B, H], tape.recording),
    h: new View(memory, 'h of rnn', h + T * state, [B, H], tape.recording),
  };
  // The backward reads the states again.
  for (const view of Object.values(result)) view.keep();
  tape.record('rnn', () => rnnBackward(result, { x, h0, weights, sizes, activation, h, gates }));
  return result;
}

function rnnBackward(result: RnnResult, { x, h0, weights, sizes, activation, h, gates }: Saved): void {
  if (!result.output.hasGradient && !result.h.hasGradient) return;
  const engine = engineOf(x);
  const { kernels, memory } = engine;
  const { T, B, H } = sizes;
  const state = memory.bytes(B * H);
  prepareInitial(h0);
  memory.scratch(() => {
    const dy = outputGradients(result.output, sizes);
    const dh = carriedGradient(engine, result.h);
    const recurrent = weights.recurrentBackward.ptr;
    for (let t = T - 1; t >= 0; t--) {
      const slot = t * state;
      const a = gates + slot;
      kernels.rnnBackward(a, dh, dy.ptr + t * dy.step, h + slot + state, a, B * H, activation);
      if (t > 0 || wantsGradient(h0)) kernels.gemm(dh, gates + slot, recurrent, B, H, H, H, H, ASSIGN);
    }
    returnToInitial(engine, h0, dh);
  });
  sequenceGradients(x, weights, gates, h, sizes);
}
