/** Gated recurrent units, reset after the recurrent product, stacked. Equations and source: src/kernels/gru.ts. */

import type { Engine } from '../engine.js';
import { GruCell } from '../ops/gru.js';
import { constant } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import type { RecurrentOptions } from './recurrent.js';

/** A stack of GRU layers; gates in PyTorch's order r z n. */
export class GRU extends RecurrentLayer {
  protected readonly hasCell = false;
  protected readonly cells: readonly GruCell[];

  /** @throws OptionError */
  constructor(engine: Engine, options: RecurrentOptions) {
    super(engine, 'GRU', options);
    this.cells = this.declareLayers(3, options, constant(0)).map((layer) => new GruCell(layer));
  }
}
