/** What RNN, LSTM and GRU layers share: stacking, names, initial weights, dropout between layers, states. */

import type { Engine } from '../engine.js';
import { OptionError, ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { dropout } from '../ops/dropout.js';
import type { RecurrentParameters, StateSource } from '../ops/recurrent.js';
import { checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { constant, orthogonal, xavier } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';
import { RecurrentState } from './state.js';

/** Options that RNN, LSTM and GRU have in common, in PyTorch's vocabulary. */
export interface RecurrentOptions {
  /** I, the last axis of the input. */
  readonly inputSize: number;
  /** H, the width of every layer. */
  readonly hiddenSize: number;
  /** How many layers are stacked. Default 1. */
  readonly numLayers?: number;
  /** Probability of dropout on the output of every layer but the last. Default 0. */
  readonly dropout?: number;
  /** Whether there are biases. Default true. */
  readonly bias?: boolean;
  /** How each gate's input weights begin. Default: Xavier. */
  readonly inputInit?: Initializer;
  /** How each gate's recurrent weights begin. Default: orthogonal. */
  readonly recurrentInit?: Initializer;
}

const COMMON = ['inputSize', 'hiddenSize', 'numLayers', 'dropout', 'bias', 'inputInit', 'recurrentInit'];

/** The result of a recurrent layer's forward. */
export interface RecurrentResult {
  /** h of the last layer at every step, (T, B, H). */
  readonly output: View;
  /** The final state of every layer; detach() it to carry it into the next step. */
  readonly state: RecurrentState<View>;
}

/** One cell's result for one layer: the views of `rnn`, `lstm` or `gru`. */
export interface CellResult {
  readonly output: View;
  readonly h: View;
  readonly c?: View;
}

/** A stack of recurrent layers. */
export abstract class RecurrentLayer extends Layer {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
  /** What it was made with. */
  readonly options: Readonly<RecurrentOptions>;
  /** Whether the state has a cell c beside h. */
  protected abstract readonly hasCell: boolean;

  /** @throws OptionError */
  constructor(engine: Engine, operation: string, options: RecurrentOptions, own: readonly string[] = []) {
    super(engine);
    checkKnown(operation, options, [...COMMON, ...own]);
    this.options = { ...options };
    this.inputSize = checkSize(operation, 'inputSize', options.inputSize);
    this.hiddenSize = checkSize(operation, 'hiddenSize', options.hiddenSize);
    this.numLayers = checkSize(operation, 'numLayers', options.numLayers ?? 1);
    this.dropout = checkNumber(operation, 'dropout', options.dropout ?? 0, { least: 0, below: 1 });
    if (this.dropout > 0 && this.numLayers === 1) {
      throw new OptionError(
        `${operation}: dropout ${this.dropout} acts between layers, and numLayers is 1. Use a Dropout layer behind it.`,
      );
    }
  }

  /** Declares weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 and so on for each layer, `gates` blocks each. */
  protected declareLayers(gates: number, options: RecurrentOptions, biasInit: Initializer): RecurrentParameters[] {
    const H = this.hiddenSize;
    const { inputInit = xavier, recurrentInit = orthogonal } = options;
    const bias = checkFlag(this.constructor.name, 'bias', options.bias ?? true);
    return Array.from({ length: this.numLayers }, (_, k) => {
      const I = k === 0 ? this.inputSize : H;
      return {
        weightIh: this.declare(`weight_ih_l${k}`, [gates * H, I], inputInit, gates),
        weightHh: this.declare(`weight_hh_l${k}`, [gates * H, H], recurrentInit, gates),
        biasIh: bias ? this.declare(`bias_ih_l${k}`, [gates * H], biasInit) : undefined,
        biasHh: bias ? this.declare(`bias_hh_l${k}`, [gates * H], constant(0)) : undefined,
      };
    });
  }

  /** Runs one layer of the stack. */
  protected abstract runLayer(k: number, x: View, h0: StateSource | undefined, c0: StateSource | undefined): CellResult;

  /**
   * Runs the stack over a sequence.
   * @param x (T, B, I)
   * @param state the state to begin from; zeros if not given
   * @throws ShapeError
   */
  forward(x: View, state?: RecurrentState): RecurrentResult {
    this.#checkState(state);
    const results: CellResult[] = [];
    let input = x;
    for (let k = 0; k < this.numLayers; k++) {
      const result = this.runLayer(k, input, state?.h[k], state?.c[k]);
      results.push(result);
      input = k < this.numLayers - 1 ? dropout(result.output, this.dropout) : result.output;
    }
    const cells = results.flatMap(({ c }) => (c === undefined ? [] : [c]));
    return {
      output: input,
      state: new RecurrentState(
        results.map(({ h }) => h),
        cells,
      ),
    };
  }

  /** A state of zeros for a batch of B rows. */
  zeroState(batch: number): RecurrentState {
    const shape = [checkSize('zeroState', 'batch', batch), this.hiddenSize];
    const zeros = (): StateSource[] =>
      Array.from({ length: this.numLayers }, () => ({ data: new Float32Array(batch * this.hiddenSize), shape }));
    return new RecurrentState(zeros(), this.hasCell ? zeros() : []);
  }

  #checkState(state: RecurrentState | undefined): void {
    if (state === undefined) return;
    const cells = this.hasCell ? this.numLayers : 0;
    if (state.h.length === this.numLayers && state.c.length === cells) return;
    throw new ShapeError(
      `${this.constructor.name}: state must hold ${this.numLayers} h and ${cells} c, got ${state.h.length} h and ` +
        `${state.c.length} c. Use the state of a layer of the same kind and numLayers.`,
    );
  }
}
