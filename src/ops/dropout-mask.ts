/** One draw of inverted dropout, for use at several places of a step. Equations and source: src/kernels/dropout.ts. */

import type { Engine } from '../engine.js';
import type { Kernels } from '../kernels/kernels.js';

/** A mask over the elements 0, 1, 2, ..., of which any part can be applied. */
export class DropoutMask {
  readonly #kernels: Kernels;
  readonly #threshold: number;
  readonly #scale: number;
  readonly #key0: number;
  readonly #key1: number;

  /** @param p probability of a zero, in [0, 1) */
  constructor({ kernels, random }: Engine, p: number) {
    this.#kernels = kernels;
    this.#threshold = Math.min(Math.round(p * 2 ** 24), 2 ** 24 - 1);
    this.#scale = 1 / (1 - p);
    this.#key0 = random.bits();
    this.#key1 = random.bits();
  }

  /** y := x scaled where kept, else 0; n elements from element `first` of the mask. */
  forward(y: number, x: number, n: number, first: number = 0): void {
    this.#kernels.dropoutForward(y, x, n, first, this.#threshold, this.#scale, this.#key0, this.#key1);
  }

  /** dx += dy scaled where kept. */
  backward(dx: number, dy: number, n: number, first: number = 0): void {
    this.#kernels.dropoutBackward(dx, dy, n, first, this.#threshold, this.#scale, this.#key0, this.#key1);
  }
}
