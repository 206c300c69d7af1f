/**
 * The product of each step with the state before it, on what dropout leaves of the weights and of the state. The raw
 * weights stay where they are, so the optimizer sees them and nothing else.
 */

import type { Engine } from '../engine.js';
import { ACCUMULATE, ASSIGN, gemmTNScratch, panelSize } from '../kernels/codes.js';
import type { Parameter } from '../memory/parameter.js';
import { DrawnMask } from './dropout-mask.js';
import { backwardPanels, forwardPanels } from './panels.js';
import type { Panels, RowRange } from './panels.js';
import type { Setting } from './sequence.js';

/** Rows of W_hh with their panels: a matrix of its own for products. */
export class RecurrentWeights {
  /** (G H, W). */
  readonly weight: Parameter;
  readonly range: RowRange;
  readonly forward: Panels;
  readonly backward: Panels;
  /** Probability that an element is left out while training. */
  readonly dropout: number;

  constructor(weight: Parameter, dropout: number = 0, range: RowRange = { from: 0, rows: weight.shape[0]! }) {
    this.weight = weight;
    this.range = range;
    this.forward = forwardPanels(weight, [], range);
    this.backward = backwardPanels(weight, range);
    this.dropout = dropout;
  }
}

/** The recurrent products of one pass: gates += h W_hh^T. */
export class RecurrentProduct {
  readonly #engine: Engine;
  readonly #weights: RecurrentWeights;
  readonly #gateWidth: number;
  readonly #dropped: DroppedWeights | undefined;

  /** @param gateWidth columns of the buffer of gates, of which the product takes as many as there are rows of weights */
  constructor(setting: Setting, weights: RecurrentWeights, gateWidth: number = weights.range.rows) {
    this.#engine = setting.engine;
    this.#weights = weights;
    this.#gateWidth = gateWidth;
    const drops = setting.training && weights.dropout > 0;
    this.#dropped = drops ? new DroppedWeights(setting, weights) : undefined;
  }

  /** gates += h W^T for `rows` rows. */
  forward(gates: number, h: number, rows: number, _at: number): void {
    const { range, weight, forward } = this.#weights;
    const W = weight.shape[1]!;
    // Asked for at every step: a stepper's pass outlives changes of the weights.
    const panels = this.#dropped?.forward ?? forward.ptr;
    this.#engine.kernels.gemm(gates, h, panels, rows, range.rows, W, W, this.#gateWidth, ACCUMULATE);
  }

  /** @returns the gradient of a step's product, which is that of its gates */
  enter(dGates: number, _rows: number, _at: number): number {
    return dGates;
  }

  /** d begins with `begin` and takes dGates W, (rows, W). */
  backward(d: number, dGates: number, rows: number, begin: number): void {
    const { range, weight, backward } = this.#weights;
    const W = weight.shape[1]!;
    const panels = this.#dropped?.backward ?? backward.ptr;
    this.#engine.kernels.gemm(d, dGates, panels, rows, W, range.rows, this.#gateWidth, W, begin);
  }

  /** Adds dGates^T h over all N rows to the gradient of the weights. */
  finish(dGates: number, h: number, N: number): void {
    const { kernels, memory } = this.#engine;
    const { weight, range } = this.#weights;
    const W = weight.shape[1]!;
    memory.scratch(() => {
      const tmp = memory.reserve(gemmTNScratch(W));
      const gradient = weight.gradientPtr + memory.bytes(range.from * W);
      const to = this.#dropped?.beginGradient() ?? gradient;
      kernels.gemmTN(to, dGates, h, range.rows, W, N, this.#gateWidth, W, W, tmp);
      this.#dropped?.endGradient(gradient, to);
    });
  }
}

/** What one mask leaves of a matrix, packed for both directions. */
class DroppedWeights {
  readonly forward: number;
  readonly backward: number;
  readonly #engine: Engine;
  readonly #mask: DrawnMask;
  readonly #size: number;

  constructor({ engine, reserve }: Setting, { weight, range: { from, rows }, dropout }: RecurrentWeights) {
    const { kernels, memory } = engine;
    const W = weight.shape[1]!;
    this.#engine = engine;
    this.#size = rows * W;
    this.#mask = new DrawnMask(engine, dropout);
    const left = reserve(this.#size);
    this.#mask.forward(left, weight.ptr + memory.bytes(from * W), this.#size);
    this.forward = reserve(panelSize(W, rows));
    this.backward = reserve(panelSize(rows, W));
    kernels.packPanelsTransposed(this.forward, left, 0, 0, W, rows, W);
    kernels.packPanels(this.backward, left, 0, 0, rows, W, W);
  }

  /** Zeros for the gradient of what is left. */
  beginGradient(): number {
    const { memory } = this.#engine;
    const gradient = memory.reserve(this.#size);
    memory.zero(gradient, this.#size);
    return gradient;
  }

  /** What was left out gets no gradient. */
  endGradient(to: number, gradient: number): void {
    this.#mask.backward(to, gradient, this.#size);
  }
}

/** The state that a pass gives to its recurrent products: as it is, or with one mask over all steps. */
export class StateDropout {
  readonly #setting: Setting;
  readonly #width: number;
  readonly #before: number;
  readonly #mask: DrawnMask | undefined;
  /** (N, W): the state before each step, as the products read it. */
  readonly h: number;

  /** @param before (N, W) */
  constructor(setting: Setting, before: number, width: number, p: number) {
    this.#setting = setting;
    this.#width = width;
    this.#before = before;
    this.#mask = setting.training && p > 0 ? new DrawnMask(setting.engine, p) : undefined;
    this.h = this.#mask === undefined ? before : setting.reserve(setting.N * width);
  }

  /** @returns the address of the state of a step */
  forward(at: number, rows: number): number {
    const offset = this.#setting.engine.memory.bytes(at * this.#width);
    this.#mask?.forward(this.h + offset, this.#before + offset, rows * this.#width);
    return this.h + offset;
  }

  /**
   * d begins with `begin` and takes what `product` brings back to the state it was given.
   * @param d (rows, W)
   */
  backward(d: number, rows: number, begin: number, product: (to: number, begin: number) => void): void {
    const mask = this.#mask;
    if (mask === undefined) {
      product(d, begin);
      return;
    }
    const { memory } = this.#setting.engine;
    const n = rows * this.#width;
    memory.scratch(() => {
      const tmp = memory.reserve(n);
      product(tmp, ASSIGN);
      if (begin === ASSIGN) memory.zero(d, n);
      mask.backward(d, tmp, n);
    });
  }
}
