/**
 * Layer normalisation inside a recurrent cell (Ba, Kiros and Hinton 2016): of both products that form its gates, each on
 * its own, and of its cell. Equations of one normalisation: src/kernels/layer-norm.ts.
 *
 *     a = LN(W_ih x) + LN(W_hh h) + b
 */

import type { Engine } from '../engine.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { ASSIGN, BIAS } from '../kernels/codes.js';
import { biasPanels } from './panels.js';
import type { Panels } from './panels.js';
import { biasGradient, InputWeights } from './recurrent.js';
import type { RecurrentParameters } from './recurrent.js';
import type { RecurrentProduct } from './recurrent-product.js';
import type { Setting } from './sequence.js';

/** Gains and biases of the normalisations of an LSTM. The bias of both products is that of the gates. */
export interface NormParameters {
  /** (G H). */
  readonly ih: Parameter;
  /** (G H). */
  readonly hh: Parameter;
  /** (H). */
  readonly c: Parameter;
  /** (H), or none. */
  readonly cBias: Parameter | undefined;
}

/** One normalisation of a pass: rows of `width`, with the means and deviations of all steps. */
export class Normalisation {
  readonly #engine: Engine;
  readonly #width: number;
  readonly #gain: Parameter;
  readonly #bias: Parameter | undefined;
  readonly #epsilon: number;
  /** (N, 2). */
  readonly #stats: number;

  constructor({ engine, N, reserve }: Setting, gain: Parameter, bias: Parameter | undefined, epsilon: number) {
    this.#engine = engine;
    this.#width = gain.size;
    this.#gain = gain;
    this.#bias = bias;
    this.#epsilon = epsilon;
    this.#stats = reserve(2 * N);
  }

  /** y := LN(x), or y += LN(x), for the rows of a step. */
  forward(y: number, x: number, at: number, rows: number, accumulate: 0 | 1): void {
    const { kernels } = this.#engine;
    const bias = this.#bias?.ptr ?? 0;
    const stats = this.#statsAt(at);
    kernels.layerNormForward(y, stats, x, this.#gain.ptr, bias, rows, this.#width, accumulate, this.#epsilon);
  }

  /** dx := the gradient of x, or dx += it; also those of gain and bias. dx may be dy or x. */
  backward(dx: number, dy: number, x: number, at: number, rows: number, accumulate: 0 | 1): void {
    const { kernels } = this.#engine;
    const width = this.#width;
    const stats = this.#statsAt(at);
    const dBias = this.#bias?.gradientPtr ?? 0;
    kernels.layerNormBackwardWeights(this.#gain.gradientPtr, dBias, dy, x, stats, rows, width, width);
    kernels.layerNormBackward(dx, dy, x, stats, this.#gain.ptr, rows, width, accumulate);
  }

  #statsAt(at: number): number {
    return this.#stats + this.#engine.memory.bytes(2 * at);
  }
}

/** W_ih and the biases of gates whose products are normalised, with their panels. */
export class NormalisedWeights {
  readonly input: InputWeights;
  readonly biases: readonly (Parameter | undefined)[];
  readonly biasPanels: Panels | undefined;

  constructor({ weightIh, biasIh, biasHh }: RecurrentParameters) {
    this.input = new InputWeights({ weightIh, biasIh: undefined, biasHh: undefined });
    this.biases = [biasIh, biasHh];
    this.biasPanels = biasIh === undefined ? undefined : biasPanels([biasIh, biasHh]);
  }
}

/** LN(W_ih x) + b for all rows. */
export class NormalisedInput {
  readonly #setting: Setting;
  readonly #weights: NormalisedWeights;
  readonly #norm: Normalisation;
  readonly #width: number;
  /** (N, G H): the product, then its gradient. */
  readonly #product: number;

  constructor(setting: Setting, weights: NormalisedWeights, gain: Parameter, epsilon: number) {
    this.#setting = setting;
    this.#weights = weights;
    this.#norm = new Normalisation(setting, gain, undefined, epsilon);
    this.#width = gain.size;
    this.#product = setting.reserve(setting.N * gain.size);
  }

  forward(gates: number): void {
    const { engine, N, x } = this.#setting;
    const { input, biasPanels: panels } = this.#weights;
    const width = this.#width;
    // A product over no k is its beginning: the bias, or zero.
    engine.kernels.gemm(gates, x, panels?.ptr ?? 0, N, width, 0, 0, width, panels === undefined ? ASSIGN : BIAS);
    input.forward(this.#product, this.#setting);
    this.#norm.forward(gates, this.#product, 0, N, 1);
  }

  backward(dGates: number, x: View): void {
    const { N } = this.#setting;
    const { input, biases } = this.#weights;
    biasGradient(biases, dGates, N, this.#width);
    this.#norm.backward(this.#product, dGates, this.#product, 0, N, 0);
    input.backward(this.#product, x, N);
  }
}

/** LN(W_hh h), step by step. */
export class NormalisedProduct {
  readonly #engine: Engine;
  readonly #inner: RecurrentProduct;
  readonly #norm: Normalisation;
  readonly #width: number;
  /** (N, G H): the product, then its gradient. */
  readonly #product: number;

  constructor(setting: Setting, inner: RecurrentProduct, gain: Parameter, epsilon: number) {
    this.#engine = setting.engine;
    this.#inner = inner;
    this.#norm = new Normalisation(setting, gain, undefined, epsilon);
    this.#width = gain.size;
    this.#product = setting.reserve(setting.N * gain.size);
  }

  /** gates += LN(h W_hh^T). */
  forward(gates: number, h: number, rows: number, at: number): void {
    const product = this.#at(at);
    this.#engine.memory.zero(product, rows * this.#width);
    this.#inner.forward(product, h, rows, at);
    this.#norm.forward(gates, product, at, rows, 1);
  }

  /** @returns the gradient of a step's product, from that of its gates */
  enter(dGates: number, rows: number, at: number): number {
    const product = this.#at(at);
    this.#norm.backward(product, dGates, product, at, rows, 0);
    return product;
  }

  /** d begins with `begin` and takes what `enter` returned times W_hh. */
  backward(d: number, dProduct: number, rows: number, begin: number): void {
    this.#inner.backward(d, dProduct, rows, begin);
  }

  /** Adds to the gradient of W_hh, after all steps have been entered. */
  finish(_dGates: number, h: number, N: number): void {
    this.#inner.finish(this.#product, h, N);
  }

  #at(at: number): number {
    return this.#product + this.#engine.memory.bytes(at * this.#width);
  }
}
