/** Gated recurrent units, reset after the recurrent product, stacked. Equations and source: src/kernels/gru.ts. */

import type { Engine } from '../engine.js';
import type { View } from '../memory/view.js';
import { gru, GruWeights } from '../ops/gru.js';
import type { StateSource } from '../ops/recurrent.js';
import { constant } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import type { CellResult, RecurrentOptions } from './recurrent.js';

/** A stack of GRU layers; gates in PyTorch's order r z n. */
export class GRU extends RecurrentLayer {
  protected readonly hasCell = false;
  readonly #layers: GruWeights[];

  /** @throws OptionError */
  constructor(engine: Engine, options: RecurrentOptions) {
    super(engine, 'GRU', options);
    this.#layers = this.declareLayers(3, options, constant(0)).map((layer) => new GruWeights(layer));
  }

  protected override runLayer(k: number, x: View, h0: StateSource | undefined): CellResult {
    return gru(x, h0, this.#layers[k]!);
  }
}
