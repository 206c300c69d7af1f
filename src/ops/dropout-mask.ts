/** One draw of inverted dropout, for use at several places of a step. Equations and source: src/kernels/dropout.ts. */

import type { Engine } from '../engine.js';
import type { Kernels } from '../kernels/kernels.js';

/** How a probability and a draw of two keys are given to the kernels. */
class Draw {
  readonly threshold: number;
  readonly key0: number;
  readonly key1: number;

  constructor({ random }: Engine, p: number) {
    this.threshold = Math.min(Math.round(p * 2 ** 24), 2 ** 24 - 1);
    this.key0 = random.bits();
    this.key1 = random.bits();
  }
}

/** A mask over the elements 0, 1, 2, ..., of which any part can be applied. */
export class DropoutMask {
  readonly #kernels: Kernels;
  readonly #draw: Draw;
  readonly #scale: number;

  /** @param p probability of a zero, in [0, 1) */
  constructor(engine: Engine, p: number) {
    this.#kernels = engine.kernels;
    this.#draw = new Draw(engine, p);
    this.#scale = 1 / (1 - p);
  }

  /** y := x scaled where kept, else 0; n elements from element `first` of the mask. */
  forward(y: number, x: number, n: number, first: number = 0): void {
    const { threshold, key0, key1 } = this.#draw;
    this.#kernels.dropoutForward(y, x, n, first, threshold, this.#scale, key0, key1);
  }

  /** dx += dy scaled where kept. */
  backward(dx: number, dy: number, n: number, first: number = 0): void {
    const { threshold, key0, key1 } = this.#draw;
    this.#kernels.dropoutBackward(dx, dy, n, first, threshold, this.#scale, key0, key1);
  }
}

/** A mask of zoneout: which elements of a state are new. */
export class ZoneoutMask {
  readonly #kernels: Kernels;
  readonly #draw: Draw;

  /** @param p probability that an element stays what it was, in [0, 1) */
  constructor(engine: Engine, p: number) {
    this.#kernels = engine.kernels;
    this.#draw = new Draw(engine, p);
  }

  /** y := x where new, else previous; n elements from element `first` of the mask. */
  forward(y: number, x: number, previous: number, n: number, first: number): void {
    const { threshold, key0, key1 } = this.#draw;
    this.#kernels.zoneoutForward(y, x, previous, n, first, threshold, key0, key1);
  }

  /** Leaves in dy what belongs to the new elements, and puts the rest into dPrevious. */
  backward(dy: number, dPrevious: number, n: number, first: number): void {
    const { threshold, key0, key1 } = this.#draw;
    this.#kernels.zoneoutBackward(dy, dPrevious, n, first, threshold, key0, key1);
  }
}
