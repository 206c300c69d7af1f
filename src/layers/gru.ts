/** Gated recurrent units, stacked. Equations and sources: src/kernels/gru.ts and src/kernels/gru-before.ts. */

import type { Engine } from '../engine.js';
import { GruCell } from '../ops/gru.js';
import { GruBeforeCell } from '../ops/gru-before.js';
import { checkFlag } from '../options.js';
import { zoned } from '../ops/zoneout.js';
import { checkChrono, gruBias } from './gate-bias.js';
import { RecurrentLayer } from './recurrent.js';
import { checkClip } from './recurrent-options.js';
import type { RecurrentOptions } from './recurrent-options.js';

/** Options of `GRU`. */
export interface GruOptions extends RecurrentOptions {
  /**
   * Whether the reset gate acts after the recurrent product, as in PyTorch, cuDNN and Keras, or before it (Cho et al.
   * 2014, v3; ONNX by default). The weights of one form mean nothing in the other. Default true.
   */
  readonly resetAfter?: boolean;
  /** Limit of every gate before its activation. Default none. */
  readonly gateClip?: number;
  /** Most steps that units begin with a memory of, through the bias of z (src/layers/gate-bias.ts). Default: biases are 0. */
  readonly chrono?: number;
}

/** A stack of GRU layers; gates in PyTorch's order r z n. */
export class GRU extends RecurrentLayer {
  readonly resetAfter: boolean;
  /** Infinity where there is none. */
  readonly gateClip: number;

  /** @throws OptionError */
  constructor(engine: Engine, options: GruOptions) {
    super(engine, 'GRU', options, ['zoneout', 'resetAfter', 'gateClip', 'chrono']);
    this.resetAfter = checkFlag('GRU', 'resetAfter', options.resetAfter ?? true);
    this.gateClip = checkClip('GRU', 'gateClip', options.gateClip);
    const { gateClip, recurrentDropout: dropout } = this;
    const Cell = this.resetAfter ? GruCell : GruBeforeCell;
    const biasInit = gruBias(checkChrono('GRU', options));
    this.build((place) =>
      zoned(new Cell(this.declareWeights(place, 3, biasInit), { gateClip, dropout }), this.options.zoneout),
    );
  }
}
