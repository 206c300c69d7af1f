/**
 * The recurrent layers of models: LSTM, GRU and RNN as most know them. The forms that the layers of these names have
 * besides (peepholes, projections, layer normalisation, zoneout and more) stand apart, so that a page with a model does
 * not load them. Weights are drawn in the same order, so that both are the same network from the same seed.
 */

import type { Engine } from '../engine.js';
import { GruCell } from '../ops/gru.js';
import { LstmCell } from '../ops/lstm.js';
import type { RecurrentDropout, RecurrentParameters } from '../ops/recurrent.js';
import { RnnCell } from '../ops/rnn.js';
import type { Cell } from '../ops/sequence.js';
import { checkChrono, gruBias, lstmBias } from './gate-bias.js';
import { constant } from './initializers.js';
import type { Initializer } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-options.js';

/** The options that models give their layers. */
export interface PlainOptions extends Pick<
  RecurrentOptions,
  'inputSize' | 'hiddenSize' | 'numLayers' | 'bidirectional' | 'reverse' | 'dropout' | 'inputInit' | 'recurrentInit'
> {
  /** As that of LSTM and GRU. */
  readonly chrono?: number;
}

/** How the cell of a kind is made. */
interface Plain {
  /** Options beside those that all have. */
  readonly own: readonly string[];
  readonly gates: number;
  bias(chrono: number | undefined): Initializer;
  cell(parameters: RecurrentParameters, dropout: RecurrentDropout): Cell;
}

const PLAIN: Readonly<Record<'lstm' | 'gru' | 'rnn', Plain>> = {
  lstm: { own: ['chrono'], gates: 4, bias: lstmBias, cell: (weights, dropout) => new LstmCell(weights, dropout) },
  gru: { own: ['chrono'], gates: 3, bias: gruBias, cell: (weights, dropout) => new GruCell(weights, { dropout }) },
  rnn: {
    own: [],
    gates: 1,
    bias: () => constant(0),
    cell: (weights, dropout) => new RnnCell(weights, { nonlinearity: 'tanh', dropout }),
  },
};

/** A stack of layers of one kind, in their usual form. */
export class PlainRecurrent extends RecurrentLayer {
  /** @throws OptionError */
  constructor(engine: Engine, kind: 'lstm' | 'gru' | 'rnn', options: PlainOptions) {
    const name = kind.toUpperCase();
    const { own, gates, bias, cell } = PLAIN[kind];
    super(engine, name, options, own, { hasCell: kind === 'lstm' });
    const biasInit = bias(checkChrono(name, options));
    this.build((place) => cell(this.declareWeights(place, gates, biasInit), this.recurrentDropout));
  }
}
