/**
 * The bytes under an engine: one WebAssembly memory, or one array buffer where the kernels are JavaScript
 * (src/memory/array-heap.ts). Kernels take byte addresses into it. Growing replaces the typed arrays, so nobody may keep one across a growth.
 */

import { MemoryError } from '../errors.js';

/** Numbers of the heap: 32-bit in every tier, 64-bit for gradient checks in JavaScript. */
export type FloatArray = Float32Array | Float64Array;

/** Bytes by which memory grows, which are those of a page of WebAssembly. */
export const PAGE = 65536;

/** One page short of 4 GiB: the end of an array must be an address that 32 bits can hold. */
const PAGES = 65535;

/** The most bytes a memory can have. */
export const MAX_BYTES: number = PAGE * PAGES;

/** The floats and integers of one linear memory, addressed in bytes. */
export interface Heap {
  /** All of the memory as floats; address p is element p >>> shift. */
  readonly floats: FloatArray;
  /** All of the memory as 32-bit integers; address p is element p >>> 2. */
  readonly ints: Int32Array;
  /** Binary logarithm of a float's bytes: 2 or 3. */
  readonly shift: number;
  readonly byteLength: number;
  /** Makes room for at least this many bytes. @throws MemoryError */
  grow(byteLength: number): void;
}

/** A heap in a WebAssembly memory, for the `simd` and `relaxed` kernels; a shared one for the binaries for threads. */
export class WasmHeap implements Heap {
  readonly memory: WebAssembly.Memory;
  readonly shift = 2;
  floats!: Float32Array;
  ints!: Int32Array;
  readonly #limit: number;
  #behind: number = 0;

  /** @param limit most bytes the memory may grow to. */
  constructor(limit: number, shared: boolean = false) {
    this.#limit = Math.min(limit, MAX_BYTES);
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: Math.ceil(this.#limit / PAGE), shared });
    this.#refresh();
  }

  get byteLength(): number {
    return this.memory.buffer.byteLength - this.#behind;
  }

  grow(byteLength: number): void {
    if (byteLength <= this.byteLength) return;
    checkLimit(byteLength, this.#limit);
    this.#behind = 0; // scratch is dead between calls: its room is the heap's now
    this.#refresh();
    if (byteLength <= this.byteLength) return;
    // A quarter more than asked for, so that a model that grows step by step does not copy itself each time.
    const wanted = Math.min(Math.max(byteLength, this.byteLength * 1.25), this.#limit);
    if (!this.#tryGrow(wanted) && !this.#tryGrow(byteLength)) throw outOfMemory(byteLength, this.byteLength);
    this.#refresh();
  }

  /**
   * Scratch behind the heap's end, out of everybody's way, until the next growth.
   * @returns its address, or undefined where the memory cannot grow by so much
   */
  behind(bytes: number): number | undefined {
    if (bytes > this.#behind) {
      const more = Math.ceil((bytes - this.#behind) / PAGE) * PAGE;
      if (this.byteLength + this.#behind + more > this.#limit || !this.#tryGrow(this.byteLength + more)) {
        return undefined;
      }
      this.#behind += more;
      this.#refresh();
    }
    return this.byteLength;
  }

  #tryGrow(byteLength: number): boolean {
    try {
      this.memory.grow(Math.ceil((byteLength - this.byteLength) / PAGE));
      return true;
    } catch {
      return false;
    }
  }

  #refresh(): void {
    this.floats = new Float32Array(this.memory.buffer);
    this.ints = new Int32Array(this.memory.buffer);
  }
}

/** @throws MemoryError for more than the limit */
export function checkLimit(byteLength: number, limit: number): void {
  if (byteLength <= limit) return;
  throw new MemoryError(
    `memory: ${megabytes(byteLength)} are needed, the limit is ${megabytes(limit)}. Lower the batch, the window or the ` +
      `sizes of the model${limit < MAX_BYTES ? ', or raise the memoryLimit of createEngine' : ''}.`,
  );
}

/** What is thrown where the system has no more. */
export function outOfMemory(needed: number, have: number): MemoryError {
  return new MemoryError(
    `memory: growing from ${megabytes(have)} to ${megabytes(needed)} was refused by the system. Lower the batch, the window or the sizes of the model.`,
  );
}

/** `12.3 MB`, for messages. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
