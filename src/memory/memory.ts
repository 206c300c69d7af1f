/**
 * The map of one linear memory:
 *
 *     0         reserved: constants of the kernels; address 0 is never valid
 *     regions   parameters, gradients, optimizer state, packed panels; flat, in order of first use
 *     arena     everything that lives for one step; reset when the step ends
 *
 * A region grows at its end and moves the later ones up, so each stays one flat range: zeroing, the norm, the update
 * and the checkpoint are one pass each. Addresses into a region are therefore made on demand and never kept.
 */

import { RecurraError } from '../errors.js';
import type { FloatArray, Heap } from './heap.js';

const RESERVED = 4096;
const ALIGNMENT = 64;

/** A persistent flat range. `base` changes when an earlier region grows. */
export interface Region {
  readonly name: string;
  readonly base: number;
  readonly bytes: number;
}

type MutableRegion = { -readonly [K in keyof Region]: Region[K] };

/** One linear memory: persistent regions, then the arena of the running step. */
export class Memory {
  #heap: Heap | undefined;
  readonly #poison: boolean;
  readonly #regions: MutableRegion[] = [];
  readonly #free: string[] = [];
  #arena: number = RESERVED;
  #top: number = RESERVED;
  #peak: number = 0;
  #last: number = 0;
  #step: number = 1;
  #high: number = RESERVED;
  #open: boolean = false;

  /** @param poison fill the arena with NaN when a step ends, so that a use of dead memory shows. */
  constructor(heap: Heap, poison: boolean = false) {
    this.#heap = heap;
    this.#poison = poison;
  }

  /** The bytes. @throws RecurraError after `dispose` */
  get heap(): Heap {
    if (this.#heap !== undefined) return this.#heap;
    throw new RecurraError('engine: it was disposed of. Make a new one with createEngine.');
  }

  /** Lets go of the bytes; every use afterwards throws. */
  dispose(): void {
    if (this.#open) throw new RecurraError('engine: it cannot be disposed of while a step is running.');
    this.#heap = undefined;
  }

  /** Counts the steps begun; a view remembers the one it was made in. */
  get step(): number {
    return this.#step;
  }

  /** Bytes of the arena in use. */
  get arenaBytes(): number {
    return this.#top - this.#arena;
  }

  /** Most bytes any step has used in the arena. */
  get peakArenaBytes(): number {
    return this.#peak;
  }

  /** Most bytes of the arena that the last step used. */
  get lastStepBytes(): number {
    return this.#last;
  }

  /** Bytes of all that lives longer than a step. */
  get persistentBytes(): number {
    return this.#arena;
  }

  /** The region of this name, made empty at first. */
  region(name: string): Region {
    let region = this.#regions.find((candidate) => candidate.name === name);
    if (region === undefined) {
      region = { name, base: this.#arena, bytes: 0 };
      this.#regions.push(region);
    }
    return region;
  }

  /**
   * Lengthens a region by `floats` zeroes, aligned to 64 bytes.
   * @returns the byte offset of the new part within the region
   * @throws MemoryError
   */
  extend(name: string, floats: number): number {
    if (this.#open) {
      throw new RecurraError(
        `memory: region '${name}' cannot grow inside a step. Make layers, optimizers, steppers, RTRL and Hopfield networks outside of engine.step and engine.evaluate.`,
      );
    }
    const region = this.region(name) as MutableRegion;
    const bytes = align(this.bytes(floats));
    this.heap.grow(this.#arena + bytes);
    const end = region.base + region.bytes;
    const { ints } = this.heap;
    ints.copyWithin((end + bytes) / 4, end / 4, this.#arena / 4);
    ints.fill(0, end / 4, (end + bytes) / 4);
    for (const later of this.#regions.slice(this.#regions.indexOf(region) + 1)) later.base += bytes;
    this.#arena += bytes;
    this.#top = this.#arena;
    const offset = region.bytes;
    region.bytes += bytes;
    return offset;
  }

  /**
   * Lengthens regions that keep the same offsets, all of them or, where there is no room, none.
   * @returns the byte offset of the new part within each
   * @throws MemoryError
   */
  extendAlike(names: readonly string[], floats: number): number {
    this.heap.grow(this.#arena + names.length * align(floats * (1 << this.heap.shift)));
    const [offset] = names.map((name) => this.extend(name, floats));
    return offset!;
  }

  /**
   * A region of its own of so many zeroes: one that was freed, if it has the size, else a new one.
   * @returns its name
   * @throws MemoryError
   */
  acquire(floats: number): string {
    const bytes = align(this.bytes(floats));
    const index = this.#free.findIndex((name) => this.region(name).bytes === bytes);
    if (index >= 0) {
      const [name] = this.#free.splice(index, 1);
      this.zero(this.region(name!).base, floats);
      return name!;
    }
    const name = `acquired ${this.#regions.length}`;
    this.extend(name, floats);
    return name;
  }

  /** Gives back a region that `acquire` gave. */
  free(name: string): void {
    this.#free.push(name);
  }

  /** Opens the arena: what is reserved from here to `endStep` is one step's. */
  beginStep(): void {
    if (this.#open) throw new RecurraError('engine: a step is running already. Steps do not nest.');
    void this.heap;
    this.#open = true;
  }

  /** Gives back all of the arena; views of the step go stale. */
  endStep(): void {
    if (this.#poison && this.#heap !== undefined) this.#slice(this.#arena, this.#high).fill(NaN);
    this.#last = this.#high - this.#arena;
    this.#high = this.#arena;
    this.#top = this.#arena;
    this.#step++;
    this.#open = false;
  }

  /**
   * Reserves floats in the arena, aligned to 64 bytes, with whatever content.
   * @returns the byte address
   * @throws MemoryError
   */
  reserve(floats: number): number {
    if (!this.#open) {
      throw new RecurraError('memory: operations run inside engine.step or engine.evaluate, and none is running.');
    }
    const address = this.#top;
    const top = address + align(this.bytes(floats));
    this.heap.grow(top);
    this.#top = top;
    this.#high = Math.max(this.#high, top);
    this.#peak = Math.max(this.#peak, top - this.#arena);
    return address;
  }

  /** The bytes that so many floats take: an offset between addresses. */
  bytes(floats: number): number {
    return floats * (1 << this.heap.shift);
  }

  /** Runs `use` and gives back what it reserved: scratch of one operation. */
  scratch<T>(use: () => T): T {
    const mark = this.#top;
    const result = use();
    this.#top = mark;
    return result;
  }

  /** The floats at an address, for immediate use: the next reservation may detach them. */
  view(address: number, size: number): FloatArray {
    const first = address / (1 << this.heap.shift);
    return this.heap.floats.subarray(first, first + size);
  }

  /** Copies `size` floats from one address to another. */
  copy(to: number, from: number, size: number): void {
    const width = 1 << this.heap.shift;
    this.heap.floats.copyWithin(to / width, from / width, from / width + size);
  }

  /** Sets `size` floats to zero. */
  zero(address: number, size: number): void {
    const first = address / (1 << this.heap.shift);
    this.heap.floats.fill(0, first, first + size);
  }

  #slice(from: number, to: number): FloatArray {
    return this.view(from, (to - from) / (1 << this.heap.shift));
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
