/**
 * A parameter is a named range of the flat parameter region. Its gradient has the same offset in the gradient
 * region, so there is no map from one to the other.
 */

import { checkFilled, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';
import type { FloatArray } from './heap.js';
import type { Memory } from './memory.js';
import { View } from './view.js';

const VALUES = 'parameters';
const GRADIENTS = 'gradients';

/** A trainable tensor: values and gradient, both flat and persistent. */
export class Parameter {
  readonly memory: Memory;
  /** Its name in the layer, as in PyTorch: `weight_ih_l0`. */
  readonly name: string;
  readonly shape: Shape;
  /** Byte offset within the parameter region, and within the gradient region. */
  readonly offset: number;
  /** Whether it learns: one that does not is stored and loaded like any other, and gets no gradient. */
  readonly trained: boolean;
  #version: number = 0;

  constructor(memory: Memory, name: string, shape: Shape, trained: boolean = true) {
    this.memory = memory;
    this.name = name;
    this.shape = shape;
    this.trained = trained;
    this.offset = memory.extendAlike([VALUES, GRADIENTS], sizeOf(shape));
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Address of the values. It changes when layers are added: never keep it. */
  get ptr(): number {
    return this.memory.region(VALUES).base + this.offset;
  }

  /** Address of the gradient. */
  get gradientPtr(): number {
    return this.memory.region(GRADIENTS).base + this.offset;
  }

  /** Counts the changes of the values; packed copies are rebuilt when it moves. */
  get version(): number {
    return this.#version;
  }

  /** Says that the values were changed in place. */
  touch(): void {
    this.#version++;
  }

  /** A copy of the values, row-major. */
  toArray(): FloatArray {
    return this.memory.view(this.ptr, this.size).slice();
  }

  /** A copy of the gradient of the last step, row-major. */
  gradientToArray(): FloatArray {
    return this.memory.view(this.gradientPtr, this.size).slice();
  }

  /**
   * Replaces the values.
   * @param values row-major, as many as the shape holds
   * @throws ShapeError
   */
  set(values: ArrayLike<number>): void {
    checkFilled(`${this.name}:`, this.shape, values.length);
    this.memory.view(this.ptr, this.size).set(values);
    this.touch();
  }

  /** The parameter as an argument of an operation, within a step. */
  view(): View {
    return new View(this.memory, this.name, this.ptr, this.shape, this.trained, this.trained ? this.gradientPtr : 0);
  }
}
