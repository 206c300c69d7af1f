/** Long short-term memory, stacked. Equations and source: src/kernels/lstm.ts. */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import { LstmCell } from '../ops/lstm.js';
import { checkNumber } from '../options.js';
import type { Initializer } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import type { RecurrentOptions } from './recurrent.js';

/** Options of `LSTM`. */
export interface LstmOptions extends RecurrentOptions {
  /** Where the forget gates' bias begins (Gers et al. 2000; Jozefowicz et al. 2015). Default 1. */
  readonly forgetBias?: number;
}

/** A stack of LSTM layers; gates in the order i f g o. */
export class LSTM extends RecurrentLayer {
  protected readonly hasCell = true;
  protected readonly cells: readonly LstmCell[];

  /** @throws OptionError */
  constructor(engine: Engine, options: LstmOptions) {
    super(engine, 'LSTM', options, ['forgetBias']);
    if (options.bias === false && options.forgetBias !== undefined) {
      throw new OptionError(`LSTM: forgetBias ${options.forgetBias} needs biases, and bias is false.`);
    }
    const forgetBias = checkNumber('LSTM', 'forgetBias', options.forgetBias ?? 1);
    const H = this.hiddenSize;
    const biasInit: Initializer = (values) => void values.fill(forgetBias, H, 2 * H);
    this.cells = this.declareLayers(4, options, biasInit).map((layer) => new LstmCell(layer));
  }
}
