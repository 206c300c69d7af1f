/** Dropout as a layer: active in engine.step, absent in engine.evaluate. */

import type { Engine } from '../engine.js';
import type { View } from '../memory/view.js';
import { dropout } from '../ops/dropout.js';
import { checkKnown, checkNumber } from '../options.js';
import { Layer } from './layer.js';

/** Options of `Dropout`. */
export interface DropoutOptions {
  /** The probability that an element is zeroed, in [0, 1). */
  readonly p: number;
}

/** Zeroes elements at random while training. */
export class Dropout extends Layer {
  readonly p: number;

  /** @throws OptionError */
  constructor(engine: Engine, options: DropoutOptions) {
    super(engine);
    checkKnown('Dropout', options, ['p']);
    this.p = checkNumber('Dropout', 'p', options.p, { least: 0, below: 1 });
  }

  /** @param x any shape */
  forward(x: View): View {
    return dropout(x, this.p);
  }
}
