/**
 * The arguments of one kernel call in a heap. Outputs begin as NaN, so a kernel that reads one shows; inputs must be
 * unchanged afterwards; between the buffers lie guard words, which must be unchanged too. The guards are an odd number
 * of floats, so buffers begin at addresses that are not multiples of 16, as steps of a sequence do.
 */

import { ACTIVATIONS } from '../../src/kernels/codes.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import type { Heap } from '../../src/memory/heap.js';
import { Random } from '../../src/random.js';

/** Lengths with every remainder of four lanes, and at least two turns of every main loop. */
export const LENGTHS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 1000];

/** Axis sizes: every remainder of four rows and of eight, and at least two turns of every main loop. */
export const SIZES: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 33];

/** Numbers of columns: every remainder of a panel of 16 as well. */
export const WIDTHS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 33];

/** The numbers of all activations. */
export const KINDS: readonly number[] = ACTIVATIONS.map((_, kind) => kind);

/** Fills what a kernel must not write; any number would do. */
export const GAP = 1234.5;

const FIRST = 4096;
const GUARD = 28;
const PATTERN = 0x4a5b6c7d;

/** Words of the heap and what they must hold when the case ends. */
interface Guarded {
  readonly what: string;
  readonly from: number;
  readonly words: Int32Array;
}

/** Buffers in the heap of one tier, for one case after another. */
export class Workspace {
  readonly heap: Heap;
  /** The kernels under test; calls are counted. */
  readonly kernels: Kernels;
  /** Names of the kernels called so far. */
  readonly called: Set<string> = new Set();
  #top: number = FIRST;
  #guarded: Guarded[] = [];
  #random: Random = new Random(1);
  #label: string = '';

  constructor(heap: Heap, kernels: Kernels) {
    this.heap = heap;
    this.kernels = new Proxy(kernels, {
      get: (target, name) => {
        this.called.add(name as string);
        return target[name as keyof Kernels];
      },
    });
  }

  /** Runs one case in an empty heap and checks guards and inputs; the label names it in failures. */
  case(label: string, run: () => void): void {
    this.#label = label;
    this.#top = FIRST;
    this.#guarded = [];
    this.#random = new Random(1);
    run();
    for (const { what, from, words } of this.#guarded) this.#check(what, from, words);
  }

  /** Uniform numbers that 32 bits hold exactly, different at each call, the same in each run. */
  values(size: number, low: number = -1, high: number = 1): number[] {
    return Array.from({ length: size }, () => Math.fround(this.#random.between(low, high)));
  }

  /** An argument the kernel may only read. */
  input(values: readonly number[]): number {
    const address = this.inOut(values);
    this.#guard('an input', address, this.#top - GUARD);
    return address;
  }

  /** An argument the kernel must write without reading it. */
  output(size: number): number {
    const address = this.#place(size << this.heap.shift);
    this.heap.floats.fill(NaN, address >>> this.heap.shift, (address >>> this.heap.shift) + size);
    return address;
  }

  /** An argument the kernel reads and writes. */
  inOut(values: readonly number[]): number {
    const address = this.output(values.length);
    this.heap.floats.set(values, address >>> this.heap.shift);
    return address;
  }

  /** 32-bit integers the kernel may only read. */
  ints(values: readonly number[]): number {
    const address = this.#place(values.length << 2);
    this.heap.ints.set(values, address >>> 2);
    this.#guard('the integers', address, this.#top - GUARD);
    return address;
  }

  /** What a buffer holds. */
  read(address: number, size: number): number[] {
    const first = address >>> this.heap.shift;
    return [...this.heap.floats.subarray(first, first + size)];
  }

  /** The nearest number of the heap's width. */
  round(x: number): number {
    return this.heap.shift === 2 ? Math.fround(x) : x;
  }

  /**
   * Compares a buffer with what it must hold.
   * @param tolerance of 32-bit tiers, relative above 1 and absolute below; 64-bit ones get 1e-12, and 0 stays 0
   */
  expect(what: string, address: number, wanted: readonly number[], tolerance: number): void {
    const most = this.heap.shift === 3 ? Math.min(tolerance, 1e-12) : tolerance;
    const first = address >>> this.heap.shift;
    const { floats } = this.heap;
    for (let i = 0; i < wanted.length; i++) {
      const got = floats[first + i]!;
      const want = wanted[i]!;
      if (Object.is(got, want) || Math.abs(got - want) <= most * Math.max(1, Math.abs(want))) continue;
      throw new Error(`${this.#label}: ${what}[${i}] is ${got}, must be ${want} within ${most}`);
    }
  }

  #place(bytes: number): number {
    const width = 1 << this.heap.shift;
    const address = Math.ceil((this.#top + GUARD) / width) * width;
    const end = address + bytes;
    this.heap.grow(end + GUARD);
    this.heap.ints.fill(PATTERN, this.#top >>> 2, (end + GUARD) >>> 2);
    this.#guard('the guard before a buffer', this.#top, address);
    this.#guard('the guard behind a buffer', end, end + GUARD);
    this.#top = end + GUARD;
    return address;
  }

  #guard(what: string, from: number, to: number): void {
    this.#guarded.push({ what, from, words: this.heap.ints.slice(from >>> 2, to >>> 2) });
  }

  #check(what: string, from: number, words: Int32Array): void {
    const { ints } = this.heap;
    for (let i = 0; i < words.length; i++) {
      if (ints[(from >>> 2) + i] === words[i]) continue;
      throw new Error(`${this.#label}: ${what} at byte ${from} was written, ${4 * i} bytes from its beginning`);
    }
  }
}

/** Rows laid `ld` apart, with a filler between them and none behind the last. */
export function spread(values: readonly number[], columns: number, ld: number, filler: number): number[] {
  const rows = columns === 0 ? 0 : values.length / columns;
  const out = new Array<number>(rows === 0 ? 0 : (rows - 1) * ld + columns).fill(filler);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[row * ld + column] = values[row * columns + column]!;
  }
  return out;
}
