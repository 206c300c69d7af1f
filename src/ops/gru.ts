/**
 * A whole GRU layer over time. Equations, source and the order of the gate blocks, n r z q: src/kernels/gru.ts.
 * Parameters are in PyTorch's order, r z n.
 */

import { engineOf } from '../engine.js';
import { ACCUMULATE, ASSIGN, BIAS } from '../kernels/gemm.js';
import { View } from '../memory/view.js';
import { backwardPanels, biasPanels, forwardPanels } from './panels.js';
import type { Panels, RowRange } from './panels.js';
import {
  carriedGradient,
  checkSequence,
  checkWeights,
  outputGradients,
  prepareInitial,
  returnToInitial,
  stateSlots,
  wantsGradient,
  weightGradient,
} from './recurrent.js';
import type { RecurrentParameters, Sizes, StateSource } from './recurrent.js';

/** The result of `gru`. */
export interface GruResult {
  /** h of every step, (T, B, H). */
  readonly output: View;
  /** h of the last step, (B, H). */
  readonly h: View;
}

/** A GRU layer's parameters with the panels of its products: rows r and z of W_ih apart from row n. */
export class GruWeights {
  readonly parameters: RecurrentParameters;
  /** Rows r and z of the parameters. */
  readonly rz: RowRange;
  /** Row n of the parameters. */
  readonly n: RowRange;
  readonly inputRz: Panels;
  readonly inputN: Panels;
  /** b_hn, with which q begins; none without biases. */
  readonly biasQ: Panels | undefined;
  readonly recurrent: Panels;
  readonly inputRzBackward: Panels;
  readonly inputNBackward: Panels;
  readonly recurrentBackward: Panels;

  /** @throws ShapeError */
  constructor(parameters: RecurrentParameters) {
    checkWeights('gru', 3, parameters);
    const { weightIh, weightHh, biasIh, biasHh } = parameters;
    const H = weightHh.shape[1]!;
    this.parameters = parameters;
    this.rz = { from: 0, rows: 2 * H };
    this.n = { from: 2 * H, rows: H };
    this.inputRz = forwardPanels(weightIh, [biasIh, biasHh], this.rz);
    this.inputN = forwardPanels(weightIh, [biasIh], this.n);
    this.biasQ = biasHh === undefined ? undefined : biasPanels(biasHh, this.n);
    this.recurrent = forwardPanels(weightHh, []);
    this.inputRzBackward = backwardPanels(weightIh, this.rz);
    this.inputNBackward = backwardPanels(weightIh, this.n);
    this.recurrentBackward = backwardPanels(weightHh);
  }
}

interface Saved {
  readonly x: View;
  readonly h0: StateSource | undefined;
  readonly weights: GruWeights;
  readonly sizes: Sizes;
  /** (T + 1, B, H). */
  readonly h: number;
  /** (T, B, 4H). */
  readonly gates: number;
}

/**
 * Runs a GRU layer (reset after the recurrent product) over a sequence.
 * @param x (T, B, I)
 * @param h0 (B, H); zeros if not given
 * @throws ShapeError
 */
export function gru(x: View, h0: StateSource | undefined, weights: GruWeights): GruResult {
  const engine = engineOf(x);
  const { kernels, memory, tape } = engine;
  const sizes = checkSequence('gru', x, weights.parameters);
  const { T, B, H } = sizes;
  const h = stateSlots('gru', 'h0', engine, h0, sizes);
  const gates = memory.reserve(T * B * 4 * H);
  const state = memory.bytes(B * H);
  const block = memory.bytes(H);
  inputProducts(gates, x, weights, sizes);
  const recurrent = weights.recurrent.ptr;
  for (let t = 0; t < T; t++) {
    const gates_t = gates + 4 * t * state;
    const slot = t * state;
    kernels.gemm(gates_t + block, h + slot, recurrent, B, 3 * H, H, H, 4 * H, ACCUMULATE);
    kernels.gruForward(h + slot + state, gates_t, h + slot, B, H);
  }
  const result = {
    output: new View(memory, 'output of gru', h + state, [T, B, H], tape.recording),
    h: new View(memory, 'h of gru', h + T * state, [B, H], tape.recording),
  };
  // The backward reads the states again.
  for (const view of Object.values(result)) view.keep();
  tape.record('gru', () => gruBackward(result, { x, h0, weights, sizes, h, gates }));
  return result;
}

/** a_n, a_r and a_z of all steps from x, and q begun with its bias. */
function inputProducts(gates: number, x: View, weights: GruWeights, { T, B, I, H }: Sizes): void {
  const { kernels, memory } = engineOf(x);
  const block = memory.bytes(H);
  kernels.gemm(gates, x.ptr, weights.inputN.ptr, T * B, H, I, I, 4 * H, BIAS);
  kernels.gemm(gates + block, x.ptr, weights.inputRz.ptr, T * B, 2 * H, I, I, 4 * H, BIAS);
  // A product over no k is its beginning: the bias, or zero.
  const { biasQ } = weights;
  kernels.gemm(gates + 3 * block, x.ptr, biasQ?.ptr ?? 0, T * B, H, 0, I, 4 * H, biasQ === undefined ? ASSIGN : BIAS);
}

function gruBackward(result: GruResult, { x, h0, weights, sizes, h, gates }: Saved): void {
  if (!result.output.hasGradient && !result.h.hasGradient) return;
  const engine = engineOf(x);
  const { kernels, memory } = engine;
  const { T, B, H } = sizes;
  const state = memory.bytes(B * H);
  const block = memory.bytes(H);
  prepareInitial(h0);
  memory.scratch(() => {
    const dy = outputGradients(result.output, sizes);
    const dh = carriedGradient(engine, result.h);
    const recurrent = weights.recurrentBackward.ptr;
    for (let t = T - 1; t >= 0; t--) {
      const gates_t = gates + 4 * t * state;
      const slot = t * state;
      kernels.gruBackward(gates_t, dh, dy.ptr + t * dy.step, h + slot, B, H);
      if (t > 0 || wantsGradient(h0)) kernels.gemm(dh, gates_t + block, recurrent, B, H, 3 * H, 4 * H, H, ACCUMULATE);
    }
    returnToInitial(engine, h0, dh);
  });
  gruParameterGradients(x, weights, gates, h, sizes);
  gruInputGradient(x, weights, gates, sizes);
}

function gruParameterGradients(x: View, weights: GruWeights, dGates: number, h: number, { T, B, H }: Sizes): void {
  const { weightIh, weightHh, biasIh, biasHh } = weights.parameters;
  const { kernels, memory } = engineOf(x);
  const block = memory.bytes(H);
  weightGradient(weightHh, { from: 0, rows: 3 * H }, dGates + block, h, T * B, 4 * H);
  weightGradient(weightIh, weights.rz, dGates + block, x.ptr, T * B, 4 * H);
  weightGradient(weightIh, weights.n, dGates, x.ptr, T * B, 4 * H);
  if (biasIh === undefined || biasHh === undefined) return;
  memory.scratch(() => {
    const sums = memory.reserve(4 * H);
    memory.zero(sums, 4 * H);
    kernels.columnSums(sums, dGates, T * B, 4 * H, 4 * H);
    kernels.axpy(biasIh.gradientPtr, sums + block, 2 * H, 1);
    kernels.axpy(biasIh.gradientPtr + 2 * block, sums, H, 1);
    kernels.axpy(biasHh.gradientPtr, sums + block, 3 * H, 1);
  });
}

function gruInputGradient(x: View, weights: GruWeights, dGates: number, { T, B, I, H }: Sizes): void {
  if (!x.requiresGrad) return;
  const { kernels, memory } = engineOf(x);
  const { ptr, accumulate } = x.gradientSlot();
  const begin = accumulate === 1 ? ACCUMULATE : ASSIGN;
  kernels.gemm(ptr, dGates, weights.inputNBackward.ptr, T * B, I, H, 4 * H, I, begin);
  const dRz = dGates + memory.bytes(H);
  kernels.gemm(ptr, dRz, weights.inputRzBackward.ptr, T * B, I, 2 * H, 4 * H, I, ACCUMULATE);
}
