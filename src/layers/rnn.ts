/** Elman's recurrent network, stacked. Equations and source: src/kernels/rnn.ts. */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import { NONLINEARITIES, RnnCell } from '../ops/rnn.js';
import type { Nonlinearity } from '../ops/rnn.js';
import { zoned } from '../ops/zoneout.js';
import { checkChoice, checkFlag } from '../options.js';
import { constant, uniform } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import type { RecurrentOptions } from './recurrent.js';

/** Options of `RNN`. */
export interface RnnOptions extends RecurrentOptions {
  /** The activation: 'tanh' (default), 'relu', 'sigmoid', 'leakyRelu' (slope 0.01), 'identity', 'silu' or 'gelu'. */
  readonly nonlinearity?: Nonlinearity;
  /**
   * Whether every unit sees itself alone, and W_hh is the vector of those weights (IndRNN: Li et al. 2018), by default
   * uniform in [-0.5, 0.5). Default false.
   */
  readonly independent?: boolean;
}

/** A stack of Elman layers. */
export class RNN extends RecurrentLayer {
  readonly nonlinearity: Nonlinearity;
  readonly independent: boolean;

  /** @throws OptionError */
  constructor(engine: Engine, options: RnnOptions) {
    // No options at all are refused by the constructor behind this one.
    const { independent: alone = false } = Object(options) as RnnOptions;
    const independent = checkFlag('RNN', 'independent', alone);
    const given = independent ? { ...options, recurrentInit: options.recurrentInit ?? uniform(0.5) } : options;
    super(engine, 'RNN', given, ['zoneout', 'nonlinearity', 'independent']);
    this.independent = independent;
    this.nonlinearity = checkChoice('RNN', 'nonlinearity', options.nonlinearity ?? 'tanh', NONLINEARITIES);
    if (independent && this.options.weightDropout > 0) {
      throw new OptionError(
        `RNN: weightDropout ${this.options.weightDropout} acts on a matrix W_hh, and independent has none.`,
      );
    }
    const { nonlinearity, recurrentDropout: dropout } = this;
    this.build((place) =>
      zoned(new RnnCell(this.declareWeights(place, 1, constant(0)), { nonlinearity, dropout }), this.options.zoneout),
    );
  }

  protected override recurrentShape(rows: number, columns: number): number[] {
    return this.independent ? [rows] : [rows, columns];
  }
}
