/** The Elman cell over time. Equations and source: src/kernels/rnn.ts. */

import { engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { activationKind, ACTIVATIONS, ASSIGN } from '../kernels/codes.js';
import type { Activation } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import type { Parameter } from '../memory/parameter.js';
import { DiagonalProduct } from './diagonal-product.js';
import { checkDiagonal, checkWeights, InputWeights } from './recurrent.js';
import type { RecurrentDropout, RecurrentParameters } from './recurrent.js';
import { RecurrentProduct, RecurrentWeights, StateDropout } from './recurrent-product.js';
import type { Cell, Gates, Pass, Setting } from './sequence.js';

/** The activations of the Elman layer. */
export const NONLINEARITIES: readonly Activation[] = ACTIVATIONS;

/** An activation of the Elman layer. */
export type Nonlinearity = Activation;

/** Options of an Elman cell. */
export interface RnnCellOptions {
  readonly nonlinearity: Nonlinearity;
  readonly dropout?: RecurrentDropout;
}

/** An Elman cell with its weights; state h (B, H). */
export class RnnCell implements Cell {
  readonly name = 'rnn';
  readonly engine: Engine;
  readonly inputSize: number;
  readonly states: Cell['states'];
  readonly input: InputWeights;
  /** W_hh (H, H), or, where it is (H), a diagonal. */
  readonly recurrent: RecurrentWeights | Parameter;
  readonly nonlinearity: Nonlinearity;
  readonly activation: number;
  readonly stateDropout: number;

  /** @throws ShapeError */
  constructor(parameters: RecurrentParameters, { nonlinearity, dropout = {} }: RnnCellOptions) {
    const { weightIh, weightHh } = parameters;
    const diagonal = weightHh.shape.length === 1;
    if (diagonal) checkDiagonal(this.name, parameters);
    else checkWeights(this.name, 1, parameters);
    this.engine = engineOf(weightIh);
    this.inputSize = weightIh.shape[1]!;
    this.states = [{ name: 'h', width: weightHh.shape[0]! }];
    this.input = new InputWeights(parameters);
    this.recurrent = diagonal ? weightHh : new RecurrentWeights(weightHh, dropout.weight);
    this.nonlinearity = nonlinearity;
    this.activation = activationKind(nonlinearity);
    this.stateDropout = dropout.state ?? 0;
  }

  begin(setting: Setting): Pass {
    return new RnnPass(this, setting);
  }
}

class RnnPass implements Pass {
  readonly gates?: Gates;
  readonly #cell: RnnCell;
  readonly #setting: Setting;
  readonly #H: number;
  /** (N, H): a_t, then its gradient. */
  readonly #a: number;
  readonly #after: number;
  readonly #state: StateDropout;
  readonly #product: RecurrentProduct | DiagonalProduct;

  constructor(cell: RnnCell, setting: Setting) {
    const { width } = cell.states[0]!;
    const { before, after } = setting.tracks[0]!;
    this.#cell = cell;
    this.#setting = setting;
    this.#H = width;
    this.#a = setting.reserve(setting.N * width);
    this.#after = after;
    // Other activations have no two ends to be driven to.
    if (cell.nonlinearity === 'tanh') this.gates = { ptr: after, width, names: ['h'] };
    this.#state = new StateDropout(setting, before, width, cell.stateDropout);
    const { recurrent } = cell;
    this.#product =
      recurrent instanceof RecurrentWeights
        ? new RecurrentProduct(setting, recurrent)
        : new DiagonalProduct(setting, recurrent);
  }

  input(): void {
    this.#cell.input.forward(this.#a, this.#setting);
  }

  forward(at: number, rows: number): void {
    const { kernels, memory } = this.#setting.engine;
    const offset = memory.bytes(at * this.#H);
    this.#product.forward(this.#a + offset, this.#state.forward(at, rows), rows, at);
    kernels.rnnForward(this.#after + offset, this.#a + offset, rows * this.#H, this.#cell.activation);
  }

  backward(at: number, rows: number, [dh]: readonly [number], dy: number, carry: boolean): void {
    const { kernels, memory } = this.#setting.engine;
    const offset = memory.bytes(at * this.#H);
    const da = this.#a + offset;
    kernels.rnnBackward(da, dh, dy, this.#after + offset, da, rows * this.#H, this.#cell.activation);
    if (carry) this.#state.backward(dh, rows, ASSIGN, (to, begin) => this.#product.backward(to, da, rows, begin));
  }

  finish(x: View): void {
    const { N } = this.#setting;
    this.#product.finish(this.#a, this.#state.h, N);
    this.#cell.input.backward(this.#a, x, N);
  }
}
