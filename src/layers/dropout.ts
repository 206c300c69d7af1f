/** Dropout as a layer: active in engine.step, absent in engine.evaluate. */

import type { Engine } from '../engine.js';
import type { View } from '../memory/view.js';
import { dropout, DROPOUT_MASKS } from '../ops/dropout.js';
import type { DropoutMask, DropoutOptions as Forms } from '../ops/dropout.js';
import { checkChoice, checkKnown, checkNumber } from '../options.js';
import { Layer } from './layer.js';

/** Options of `Dropout`. */
export interface DropoutOptions extends Forms {
  /** The probability that an element is zeroed, in [0, 1). */
  readonly p: number;
}

/** Zeroes elements at random while training. */
export class Dropout extends Layer {
  readonly p: number;
  readonly mask: DropoutMask;

  /** @throws OptionError */
  constructor(engine: Engine, options: DropoutOptions) {
    super(engine);
    checkKnown('Dropout', options, ['p', 'mask']);
    this.p = checkNumber('Dropout', 'p', options.p, { least: 0, below: 1 });
    this.mask = checkChoice('Dropout', 'mask', options.mask ?? 'element', DROPOUT_MASKS);
  }

  /** @param x any shape; with a mask of 'sequence' (T, B, ...). @throws ShapeError */
  forward(x: View): View {
    return dropout(x, this.p, { mask: this.mask });
  }
}
