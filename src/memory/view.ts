/**
 * A view is a shape over an address in the arena. It lives as long as its step. Its gradient has the same shape, is
 * made when the first backward asks for it, and accumulates.
 */

import { ShapeError, StaleViewError } from '../errors.js';
import { formatShape, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';
import type { FloatArray } from './heap.js';
import type { Memory } from './memory.js';

/** Where a gradient is, and whether the writer must add (1) or, being the first, may assign (0). */
export interface GradientSlot {
  readonly ptr: number;
  readonly accumulate: 0 | 1;
}

/** A shaped range of the arena, valid within the step that made it. */
export class View {
  readonly memory: Memory;
  /** What it is and which operation made it, for messages: `output of lstm`. */
  readonly label: string;
  readonly shape: Shape;
  /** Whether the backward pass computes a gradient for it. */
  readonly requiresGrad: boolean;
  readonly #address: number;
  readonly #step: number;
  #gradient: number;
  #readers: number = 0;

  /** @param gradient address of the gradient where it exists already (parameters), else 0. */
  constructor(
    memory: Memory,
    label: string,
    address: number,
    shape: Shape,
    requiresGrad: boolean,
    gradient: number = 0,
  ) {
    this.memory = memory;
    this.label = label;
    this.shape = shape;
    this.requiresGrad = requiresGrad;
    this.#address = address;
    this.#step = memory.step;
    this.#gradient = gradient;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The byte address. @throws StaleViewError after the step has ended */
  get ptr(): number {
    this.#checkStep();
    return this.#address;
  }

  #checkStep(): void {
    if (this.#step === this.memory.step) return;
    throw new StaleViewError(
      `${this.label} (step ${this.#step}) was used in step ${this.memory.step}. Its memory is gone: ` +
        'copy it inside the step with toArray(), or detach() a state.',
    );
  }

  /** Whether any backward has written a gradient yet. */
  get hasGradient(): boolean {
    return this.#gradient !== 0;
  }

  /** The gradient's address, zeroed if nobody has written it. */
  gradient(): number {
    const { ptr, accumulate } = this.gradientSlot();
    if (accumulate === 0) this.memory.zero(ptr, this.size);
    return ptr;
  }

  /** The gradient's address for a kernel that can assign as well as accumulate. */
  gradientSlot(): GradientSlot {
    this.#checkStep();
    if (this.#gradient !== 0) return { ptr: this.#gradient, accumulate: 1 };
    this.#gradient = this.memory.reserve(this.size);
    return { ptr: this.#gradient, accumulate: 0 };
  }

  /** Says that the backward of an operation will read the values once more. */
  keep(): void {
    this.#readers++;
  }

  /**
   * The gradient's address for the only operation that keeps the values, whose backward reads each before it writes
   * there: the values' own place if nobody has written a gradient yet. So a batch of logits is not in memory twice.
   */
  gradientInPlace(): GradientSlot {
    this.#checkStep();
    if (this.#gradient === 0 && this.#readers === 1) {
      this.#gradient = this.#address;
      return { ptr: this.#gradient, accumulate: 0 };
    }
    return this.gradientSlot();
  }

  /** A copy of the values, which outlives the step. */
  toArray(): FloatArray {
    return this.memory.view(this.ptr, this.size).slice();
  }

  /** The only value. @throws ShapeError if there are several */
  item(): number {
    const { ptr } = this; // first of all: a shape says nothing about a view whose step has ended
    if (this.size === 1) return this.memory.view(ptr, 1)[0]!;
    throw new ShapeError(`${this.label}: item() needs one element, got shape ${formatShape(this.shape)}.`);
  }
}
