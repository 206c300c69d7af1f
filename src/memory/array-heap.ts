/** The heap of the JavaScript kernels, apart from that of WebAssembly so that a page loads only the one it uses. */

import { checkLimit, MAX_BYTES, outOfMemory, PAGE } from './heap.js';
import type { FloatArray, Heap } from './heap.js';

/** A heap in an array buffer, for the `js` kernels: needs no WebAssembly, and may hold 64-bit floats. */
export class ArrayHeap implements Heap {
  readonly shift: number;
  floats!: FloatArray;
  ints!: Int32Array;
  readonly #limit: number;
  readonly #type: Float32ArrayConstructor | Float64ArrayConstructor;

  constructor(precision: 'float32' | 'float64', limit: number) {
    this.#limit = Math.min(limit, MAX_BYTES);
    this.#type = precision === 'float64' ? Float64Array : Float32Array;
    this.shift = precision === 'float64' ? 3 : 2;
    this.#use(new ArrayBuffer(16 * PAGE));
  }

  get byteLength(): number {
    return this.ints.byteLength;
  }

  grow(byteLength: number): void {
    if (byteLength <= this.byteLength) return;
    checkLimit(byteLength, this.#limit);
    const wanted = Math.min(Math.max(byteLength, this.byteLength * 1.5), this.#limit);
    const old = this.ints;
    if (!this.#tryUse(wanted) && !this.#tryUse(byteLength)) throw outOfMemory(byteLength, old.byteLength);
    this.ints.set(old);
  }

  #tryUse(byteLength: number): boolean {
    try {
      this.#use(new ArrayBuffer(Math.ceil(byteLength / PAGE) * PAGE));
      return true;
    } catch {
      return false;
    }
  }

  #use(buffer: ArrayBuffer): void {
    this.floats = new this.#type(buffer);
    this.ints = new Int32Array(buffer);
  }
}
