/** Elman's recurrent network, stacked. Equations and source: src/kernels/rnn.ts. */

import type { Engine } from '../engine.js';
import type { View } from '../memory/view.js';
import { RecurrentWeights } from '../ops/recurrent.js';
import type { StateSource } from '../ops/recurrent.js';
import { NONLINEARITIES, rnn } from '../ops/rnn.js';
import type { Nonlinearity } from '../ops/rnn.js';
import { checkChoice } from '../options.js';
import { constant } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import type { CellResult, RecurrentOptions } from './recurrent.js';

/** Options of `RNN`. */
export interface RnnOptions extends RecurrentOptions {
  /** The activation: 'tanh' (default), 'relu', 'sigmoid', 'leakyRelu' (slope 0.01), 'identity', 'silu' or 'gelu'. */
  readonly nonlinearity?: Nonlinearity;
}

/** A stack of Elman layers. */
export class RNN extends RecurrentLayer {
  protected readonly hasCell = false;
  readonly nonlinearity: Nonlinearity;
  readonly #layers: RecurrentWeights[];

  /** @throws OptionError */
  constructor(engine: Engine, options: RnnOptions) {
    super(engine, 'RNN', options, ['nonlinearity']);
    this.nonlinearity = checkChoice('RNN', 'nonlinearity', options.nonlinearity ?? 'tanh', NONLINEARITIES);
    this.#layers = this.declareLayers(1, options, constant(0)).map((layer) => new RecurrentWeights('rnn', 1, layer));
  }

  protected override runLayer(k: number, x: View, h0: StateSource | undefined): CellResult {
    return rnn(x, h0, this.#layers[k]!, this.nonlinearity);
  }
}
