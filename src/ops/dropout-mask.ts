/**
 * One draw of a mask, for use at several places and at several steps. It holds two keys and no bits: equations and
 * source in src/kernels/dropout.ts.
 */

import type { Engine } from '../engine.js';
import type { Kernels } from '../kernels/kernels.js';

/** A mask over the elements 0, 1, 2, ..., of which any part can be applied, or over the rows of a table. */
export class DrawnMask {
  readonly #kernels: Kernels;
  readonly #threshold: number;
  readonly #scale: number;
  readonly #key0: number;
  readonly #key1: number;

  /** @param p probability that an element is dropped, in [0, 1) */
  constructor({ kernels, random }: Engine, p: number) {
    this.#kernels = kernels;
    this.#threshold = Math.min(Math.round(p * 2 ** 24), 2 ** 24 - 1);
    this.#scale = 1 / (1 - p);
    this.#key0 = random.bits();
    this.#key1 = random.bits();
  }

  /** y := x / (1 - p) where kept, else 0; n elements from element `first` of the mask. */
  forward(y: number, x: number, n: number, first: number = 0): void {
    this.#kernels.dropoutForward(y, x, n, first, this.#threshold, this.#scale, this.#key0, this.#key1);
  }

  /** dx += dy / (1 - p) where kept. */
  backward(dx: number, dy: number, n: number, first: number = 0): void {
    this.#kernels.dropoutBackward(dx, dy, n, first, this.#threshold, this.#scale, this.#key0, this.#key1);
  }

  /** y_i := x_i / (1 - p) where row ids_i is kept, else 0; (n, E). y may be x, so it serves gradients too. */
  rows(y: number, x: number, ids: number, n: number, E: number): void {
    this.#kernels.rowDropout(y, x, ids, n, E, this.#threshold, this.#scale, this.#key0, this.#key1);
  }

  /** Zoneout: y := x where kept, else previous. */
  mix(y: number, x: number, previous: number, n: number, first: number): void {
    this.#kernels.zoneoutForward(y, x, previous, n, first, this.#threshold, this.#key0, this.#key1);
  }

  /** Leaves in dy what belongs to the elements kept, and puts the rest into dPrevious. */
  unmix(dy: number, dPrevious: number, n: number, first: number): void {
    this.#kernels.zoneoutBackward(dy, dPrevious, n, first, this.#threshold, this.#key0, this.#key1);
  }
}
