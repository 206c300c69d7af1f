/**
 * The recurrence of the IndRNN (Li et al. 2018): each unit sees itself alone, so W_hh is diagonal and kept as its
 * diagonal u (H). In the place of src/ops/recurrent-product.ts.
 */

import { ASSIGN } from '../kernels/codes.js';
import type { Engine } from '../engine.js';
import type { Parameter } from '../memory/parameter.js';
import type { Setting } from './sequence.js';

/** The recurrent products of one pass: gates += h u. */
export class DiagonalProduct {
  readonly #engine: Engine;
  readonly #weight: Parameter;

  /** @param weight u, (H) */
  constructor({ engine }: Setting, weight: Parameter) {
    this.#engine = engine;
    this.#weight = weight;
  }

  /** gates += h u for `rows` rows. */
  forward(gates: number, h: number, rows: number, _at: number): void {
    const { ptr, size } = this.#weight;
    this.#engine.kernels.diagonalProduct(gates, h, ptr, rows, size);
  }

  /** d begins with `begin` and takes dGates u. */
  backward(d: number, dGates: number, rows: number, begin: number): void {
    const { kernels, memory } = this.#engine;
    const { ptr, size } = this.#weight;
    if (begin === ASSIGN) memory.zero(d, rows * size);
    kernels.diagonalProduct(d, dGates, ptr, rows, size);
  }

  /** Adds the sum of dGates h over all N rows to the gradient of u. */
  finish(dGates: number, h: number, N: number): void {
    const { gradientPtr, size } = this.#weight;
    this.#engine.kernels.diagonalGradient(gradientPtr, dGates, h, N, size, size, size);
  }
}
