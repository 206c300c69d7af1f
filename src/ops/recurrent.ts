/**
 * What the recurrent cells share: the weights of one layer with their panels, and the products that all steps have in
 * common, one each over all rows (design section 3).
 */

import { engineOf } from '../engine.js';
import { ACCUMULATE, ASSIGN, BIAS, gemmTNScratch } from '../kernels/codes.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { Axes } from '../shape.js';
import { backwardPanels, forwardPanels } from './panels.js';
import type { Panels, RowRange } from './panels.js';
import type { Setting } from './sequence.js';

/** The parameters of one recurrent layer, PyTorch's layout. G is the number of gates: 1, 3 (GRU) or 4 (LSTM). */
export interface RecurrentParameters {
  /** (G H, I). */
  readonly weightIh: Parameter;
  /** (G H, H). */
  readonly weightHh: Parameter;
  /** (G H), or none. */
  readonly biasIh: Parameter | undefined;
  /** (G H), or none. */
  readonly biasHh: Parameter | undefined;
}

/** What is left out at random on the way from one step to the next, while training. */
export interface RecurrentDropout {
  /** Of h_{t-1} before the recurrent product, one mask for all steps (Gal and Ghahramani 2016). Default 0. */
  readonly state?: number;
  /** Of the elements of W_hh, one mask for all steps (DropConnect: Wan et al. 2013; Merity et al. 2018). Default 0. */
  readonly weight?: number;
}

/**
 * Checks the weights of a layer, (gates H, I) and (gates H, H), and its biases.
 * @param weightHr (P, H), where the state that W_hh reads is projected to P
 * @throws ShapeError
 */
export function checkWeights(
  operation: string,
  gates: number,
  { weightIh, weightHh, biasIh, biasHh }: RecurrentParameters,
  weightHr?: Parameter,
): void {
  const width = gates === 1 ? 'H' : `${gates}H`;
  const axes = new Axes(operation);
  if (weightHr === undefined) {
    axes.bind('H', weightHh.shape[1]!, 'weight_hh').check('weight_hh', weightHh.shape, `${width} H`);
  } else {
    axes.bind('P', weightHr.shape[0]!, 'weight_hr').bind('H', weightHr.shape[1]!, 'weight_hr');
    axes.check('weight_hh', weightHh.shape, `${width} P`);
  }
  axes.check('weight_ih', weightIh.shape, `${width} I`);
  if (biasIh !== undefined) axes.check('bias_ih', biasIh.shape, width);
  if (biasHh !== undefined) axes.check('bias_hh', biasHh.shape, width);
}

/** Checks the weights of a layer whose W_hh is a diagonal, (H). @throws ShapeError */
export function checkDiagonal(operation: string, parameters: RecurrentParameters): void {
  const { weightIh, weightHh, biasIh, biasHh } = parameters;
  const axes = new Axes(operation).bind('H', weightHh.shape[0]!, 'weight_hh').check('weight_ih', weightIh.shape, 'H I');
  for (const [name, bias] of Object.entries({ bias_ih: biasIh, bias_hh: biasHh })) {
    if (bias !== undefined) axes.check(name, bias.shape, 'H');
  }
}

/** The input weights of a layer: x W_ih^T + b_ih + b_hh for all rows, and the gradients of it. */
export class InputWeights {
  readonly #parameters: Omit<RecurrentParameters, 'weightHh'>;
  readonly #forward: Panels;
  readonly #backward: Panels;

  constructor(parameters: Omit<RecurrentParameters, 'weightHh'>) {
    const { weightIh, biasIh, biasHh } = parameters;
    this.#parameters = parameters;
    this.#forward = forwardPanels(weightIh, [biasIh, biasHh]);
    this.#backward = backwardPanels(weightIh);
  }

  /** gates (N, G H) := x W_ih^T + b_ih + b_hh. */
  forward(gates: number, { engine, x, N }: Setting): void {
    const [width, I] = this.#parameters.weightIh.shape as [number, number];
    engine.kernels.gemm(gates, x, this.#forward.ptr, N, width, I, I, width, BIAS);
  }

  /** Adds to the gradients of W_ih, of both biases and of x, from those of the gates (N, G H). */
  backward(dGates: number, x: View, N: number): void {
    const { weightIh, biasIh, biasHh } = this.#parameters;
    const [width, I] = weightIh.shape as [number, number];
    weightGradient(weightIh, { from: 0, rows: width }, dGates, x.ptr, N, width);
    biasGradient([biasIh, biasHh], dGates, N, width);
    inputGradient(x, this.#backward, dGates, N, I, width, width);
  }
}

/** dW[range] += dA^T B over n rows, where dA are columns of the gate gradients. */
export function weightGradient(
  weight: Parameter,
  { from, rows }: RowRange,
  dGates: number,
  b: number,
  n: number,
  gateWidth: number,
): void {
  const { kernels, memory } = engineOf(weight);
  const N = weight.shape[1]!;
  memory.scratch(() => {
    const tmp = memory.reserve(gemmTNScratch(N));
    kernels.gemmTN(weight.gradientPtr + memory.bytes(from * N), dGates, b, rows, N, n, gateWidth, N, N, tmp);
  });
}

/** Adds the sums over the gate gradients (n, width) to the gradient of each bias there is. */
export function biasGradient(
  biases: readonly (Parameter | undefined)[],
  dGates: number,
  n: number,
  width: number,
): void {
  const first = biases.find((bias) => bias !== undefined);
  if (first === undefined) return;
  const { kernels, memory } = engineOf(first);
  memory.scratch(() => {
    const sums = memory.reserve(width);
    memory.zero(sums, width);
    kernels.columnSums(sums, dGates, n, width, width);
    for (const bias of biases) if (bias !== undefined) kernels.axpy(bias.gradientPtr, sums, width, 1);
  });
}

/**
 * dx += dGates W, if x wants it.
 * @param dGates (n, width), rows gateWidth apart
 */
export function inputGradient(
  x: View,
  backward: Panels,
  dGates: number,
  n: number,
  I: number,
  width: number,
  gateWidth: number,
): void {
  if (!x.requiresGrad) return;
  const { kernels } = engineOf(x);
  const { ptr, accumulate } = x.gradientSlot();
  const begin = accumulate === 1 ? ACCUMULATE : ASSIGN;
  kernels.gemm(ptr, dGates, backward.ptr, n, I, width, gateWidth, I, begin);
}
