/** The state of a stack of recurrent layers: what one window hands to the next. */

import type { HostArray } from '../engine.js';
import { View } from '../memory/view.js';
import type { StateSource } from '../ops/sequence.js';

/**
 * h, and for the LSTM c, of every layer, first layer first; (B, H) each. Views within the step that made them, arrays
 * once detached.
 */
export class RecurrentState<S extends StateSource = StateSource> {
  readonly h: readonly S[];
  /** Empty but for the LSTM. */
  readonly c: readonly S[];

  constructor(h: readonly S[], c: readonly S[] = []) {
    this.h = h;
    this.c = c;
  }

  /**
   * A copy on the JavaScript heap, which outlives the step and through which no gradient flows: the end of a window of
   * truncated BPTT (Williams and Peng 1990).
   */
  detach(): RecurrentState<HostArray> {
    return new RecurrentState(this.h.map(copyOf), this.c.map(copyOf));
  }
}

function copyOf(source: StateSource): HostArray {
  return source instanceof View ? { data: source.toArray(), shape: source.shape } : source;
}
