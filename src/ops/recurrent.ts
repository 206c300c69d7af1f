/**
 * What the recurrent operations share: the weights of one layer, the state slots, and the gradients that are one
 * product each over all steps.
 *
 * Sequencing (design section 3): the input product of all steps is one product over T B rows; each step adds the
 * recurrent product and one cell kernel; the backward scan writes the gradients of the gates in place, then the
 * gradients of the weights and of the input are one product each. h and c have T + 1 slots; slot 0 is the carried state.
 */

import { checkEngine, engineOf } from '../engine.js';
import type { Engine, HostArray } from '../engine.js';
import { ShapeError } from '../errors.js';
import { ACCUMULATE, ASSIGN, gemmTNScratch } from '../kernels/gemm.js';
import type { Parameter } from '../memory/parameter.js';
import { View } from '../memory/view.js';
import { Axes, formatShape, sizeOf } from '../shape.js';
import { backwardPanels, forwardPanels } from './panels.js';
import type { Panels, RowRange } from './panels.js';

/** A state given to an operation: a view of the running step, or numbers carried over from an earlier one. */
export type StateSource = View | HostArray;

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

/** The sizes of one recurrent operation. */
export interface Sizes {
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
}

/** A layer's parameters with the panels of its four products. */
export class RecurrentWeights {
  readonly parameters: RecurrentParameters;
  readonly input: Panels;
  readonly recurrent: Panels;
  readonly inputBackward: Panels;
  readonly recurrentBackward: Panels;

  /** @throws ShapeError */
  constructor(operation: string, gates: number, parameters: RecurrentParameters) {
    checkWeights(operation, gates, parameters);
    const { weightIh, weightHh, biasIh, biasHh } = parameters;
    this.parameters = parameters;
    this.input = forwardPanels(weightIh, [biasIh, biasHh]);
    this.recurrent = forwardPanels(weightHh, []);
    this.inputBackward = backwardPanels(weightIh);
    this.recurrentBackward = backwardPanels(weightHh);
  }
}

/** Checks the weights of a layer, (gates H, I) and (gates H, H), and its biases. @throws ShapeError */
export function checkWeights(operation: string, gates: number, parameters: RecurrentParameters): void {
  const { weightIh, weightHh, biasIh, biasHh } = parameters;
  const width = gates === 1 ? 'H' : `${gates}H`;
  const axes = new Axes(operation)
    .bind('H', weightHh.shape[1]!, 'weight_hh')
    .check('weight_hh', weightHh.shape, `${width} H`);
  axes.check('weight_ih', weightIh.shape, `${width} I`);
  if (biasIh !== undefined) axes.check('bias_ih', biasIh.shape, width);
  if (biasHh !== undefined) axes.check('bias_hh', biasHh.shape, width);
}

/** Checks x (T, B, I) against the weights of a layer, whose backward will read it again. @throws ShapeError */
export function checkSequence(operation: string, x: View, { weightIh, weightHh }: RecurrentParameters): Sizes {
  const H = weightHh.shape[1]!;
  const I = weightIh.shape[1]!;
  checkEngine(operation, x, engineOf(weightIh));
  new Axes(operation).bind('I', I, 'inputSize').check('x', x.shape, 'T B I');
  const [T, B] = x.shape as [number, number, number];
  x.keep();
  return { T, B, I, H };
}

/**
 * Reserves (T + 1, B, H) floats and fills slot 0 with the state given, or zeros.
 * @returns the address of slot 0
 */
export function stateSlots(
  operation: string,
  name: string,
  engine: Engine,
  source: StateSource | undefined,
  { T, B, H }: Sizes,
): number {
  const { memory } = engine;
  const slots = memory.reserve((T + 1) * B * H);
  if (source === undefined) {
    memory.zero(slots, B * H);
    return slots;
  }
  new Axes(operation).bind('B', B, 'x (T, B, I)').bind('H', H, 'hiddenSize').check(name, source.shape, 'B H');
  if (source instanceof View) {
    checkEngine(operation, source, engine);
    memory.copy(slots, source.ptr, B * H);
  } else memory.view(slots, B * H).set(checkValues(operation, name, source));
  return slots;
}

/** The numbers of an array, as many as its shape says. @throws ShapeError */
export function checkValues(operation: string, name: string, { data, shape }: HostArray): ArrayLike<number> {
  const size = sizeOf(shape);
  if (data.length === size) return data;
  throw new ShapeError(
    `${operation}: ${name} of shape ${formatShape(shape)} takes ${size} values, got ${data.length}.`,
  );
}

/** Scratch (B, H) for a gradient that travels back through time, begun with the final state's own gradient. */
export function carriedGradient(engine: Engine, final: View): number {
  const { memory } = engine;
  const carried = memory.reserve(final.size);
  if (final.hasGradient) memory.copy(carried, final.gradient(), final.size);
  else memory.zero(carried, final.size);
  return carried;
}

/** Gradients that reach the outputs of a layer from above: those of step t are at ptr + t * step. */
export interface OutputGradients {
  readonly ptr: number;
  readonly step: number;
}

/** The gradients of the outputs (T, B, H); where none came, one step's zeros that serve all. */
export function outputGradients(output: View, { B, H }: Sizes): OutputGradients {
  const { memory } = output;
  if (output.hasGradient) return { ptr: output.gradient(), step: memory.bytes(B * H) };
  const ptr = memory.reserve(B * H);
  memory.zero(ptr, B * H);
  return { ptr, step: 0 };
}

/** Adds what came back to slot 0 to the gradient of the initial state, if that is a view that wants it. */
export function returnToInitial(engine: Engine, source: StateSource | undefined, carried: number): void {
  if (!wantsGradient(source)) return;
  engine.kernels.axpy(source.gradient(), carried, source.size, 1);
}

/** Makes the gradient of an initial state exist, before scratch is reserved behind it. */
export function prepareInitial(source: StateSource | undefined): void {
  if (wantsGradient(source)) source.gradient();
}

/** Whether an initial state is a view that wants a gradient: else the product that brings it back can be left out. */
export function wantsGradient(source: StateSource | undefined): source is View {
  return source instanceof View && source.requiresGrad;
}

/** dW[range] += dA^T B over all rows, where dA are columns of the gate gradients. */
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

/** The gradients of both weights, both biases and x, from the gate gradients (T, B, G H) of a scan that has ended. */
export function sequenceGradients(x: View, weights: RecurrentWeights, dGates: number, h: number, sizes: Sizes): void {
  const { weightIh, weightHh, biasIh, biasHh } = weights.parameters;
  const { kernels, memory } = engineOf(x);
  const { T, B, I } = sizes;
  const [width] = weightIh.shape as [number, number];
  const all = { from: 0, rows: width };
  weightGradient(weightHh, all, dGates, h, T * B, width);
  weightGradient(weightIh, all, dGates, x.ptr, T * B, width);
  memory.scratch(() => {
    const sums = memory.reserve(width);
    memory.zero(sums, width);
    kernels.columnSums(sums, dGates, T * B, width, width);
    for (const bias of [biasIh, biasHh]) if (bias !== undefined) kernels.axpy(bias.gradientPtr, sums, width, 1);
  });
  if (!x.requiresGrad) return;
  const { ptr, accumulate } = x.gradientSlot();
  const begin = accumulate === 1 ? ACCUMULATE : ASSIGN;
  kernels.gemm(ptr, dGates, weights.inputBackward.ptr, T * B, I, width, width, I, begin);
}
