/** Elman's recurrent network, stacked. Equations and source: src/kernels/rnn.ts. */

import type { Engine } from '../engine.js';
import { NONLINEARITIES, RnnCell } from '../ops/rnn.js';
import type { Nonlinearity } from '../ops/rnn.js';
import { checkChoice } from '../options.js';
import { constant } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import type { RecurrentOptions } from './recurrent.js';

/** Options of `RNN`. */
export interface RnnOptions extends RecurrentOptions {
  /** The activation: 'tanh' (default), 'relu', 'sigmoid', 'leakyRelu' (slope 0.01), 'identity', 'silu' or 'gelu'. */
  readonly nonlinearity?: Nonlinearity;
}

/** A stack of Elman layers. */
export class RNN extends RecurrentLayer {
  protected readonly hasCell = false;
  readonly nonlinearity: Nonlinearity;
  protected readonly cells: readonly RnnCell[];

  /** @throws OptionError */
  constructor(engine: Engine, options: RnnOptions) {
    super(engine, 'RNN', options, ['nonlinearity']);
    this.nonlinearity = checkChoice('RNN', 'nonlinearity', options.nonlinearity ?? 'tanh', NONLINEARITIES);
    this.cells = this.declareLayers(1, options, constant(0)).map(
      (layer) => new RnnCell(layer, { nonlinearity: this.nonlinearity }),
    );
  }
}
