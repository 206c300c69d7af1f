/**
 * Inverted dropout (Srivastava et al. 2014): y_i = x_i scale where kept, else 0; dx_i += dy_i scale where kept.
 *
 * The mask is not stored. Element i is kept if the upper 24 bits of hash(i) reach the threshold, where
 * hash(i) = mix(mix(i ^ key0) ^ key1) and mix is the finaliser of MurmurHash3 (Appleby 2011). So the backward, any
 * thread and every tier find the same mask from two keys. A part of a vector says which element its first one is.
 *
 * Rows that are dropped whole have the mask of their id instead, so that all rows of one id share a fate: a word is
 * dropped wherever it stands (Gal and Ghahramani 2016).
 *
 * Zoneout (Krueger et al. 2017) keeps a state where dropout would zero it: y_i = x_i where kept, else previous_i.
 */

import type { Heap } from '../memory/heap.js';

/** Dropout by key. threshold = round(p 2^24), scale = 1 / (1 - p). */
export interface DropoutKernels {
  /**
   * @param y out, (n); may be x
   * @param x in, (n)
   * @param first index of the first element, for the mask
   */
  dropoutForward(
    y: number,
    x: number,
    n: number,
    first: number,
    threshold: number,
    scale: number,
    key0: number,
    key1: number,
  ): void;

  /**
   * @param dx in-out, (n), accumulates
   * @param dy in, (n)
   * @param first index of the first element, for the mask
   */
  dropoutBackward(
    dx: number,
    dy: number,
    n: number,
    first: number,
    threshold: number,
    scale: number,
    key0: number,
    key1: number,
  ): void;

  /**
   * y_i = x_i scale where hash(ids_i) keeps the row, else 0.
   * @param y out, (n, E); may be x, and so serve gradients as well
   * @param x in, (n, E)
   * @param ids in, (n) 32-bit integers
   */
  rowDropout(
    y: number,
    x: number,
    ids: number,
    n: number,
    E: number,
    threshold: number,
    scale: number,
    key0: number,
    key1: number,
  ): void;

  /**
   * @param y out, (n); may be x
   * @param x in, (n): the new state
   * @param previous in, (n): the state before
   * @param first index of the first element, for the mask
   */
  zoneoutForward(
    y: number,
    x: number,
    previous: number,
    n: number,
    first: number,
    threshold: number,
    key0: number,
    key1: number,
  ): void;

  /**
   * Divides the gradient of y between x and the state before.
   * @param dy in-out, (n): the gradient of y in, that of x out
   * @param dPrevious out, (n)
   * @param first index of the first element, for the mask
   */
  zoneoutBackward(
    dy: number,
    dPrevious: number,
    n: number,
    first: number,
    threshold: number,
    key0: number,
    key1: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const dropoutJs = (heap: Heap): DropoutKernels => ({
  dropoutForward(y, x, n, first, threshold, scale, key0, key1) {
    const { floats, shift } = heap;
    for (let i = 0; i < n; i++) {
      floats[(y >>> shift) + i] = isKept(first + i, threshold, key0, key1) ? floats[(x >>> shift) + i]! * scale : 0;
    }
  },

  dropoutBackward(dx, dy, n, first, threshold, scale, key0, key1) {
    const { floats, shift } = heap;
    for (let i = 0; i < n; i++) {
      if (isKept(first + i, threshold, key0, key1)) floats[(dx >>> shift) + i]! += floats[(dy >>> shift) + i]! * scale;
    }
  },

  rowDropout(y, x, ids, n, E, threshold, scale, key0, key1) {
    const { floats, ints, shift } = heap;
    for (let i = 0; i < n; i++) {
      const keep = isKept(ints[(ids >>> 2) + i]!, threshold, key0, key1);
      for (let j = i * E; j < (i + 1) * E; j++) {
        floats[(y >>> shift) + j] = keep ? floats[(x >>> shift) + j]! * scale : 0;
      }
    }
  },

  zoneoutForward(y, x, previous, n, first, threshold, key0, key1) {
    const { floats, shift } = heap;
    for (let i = 0; i < n; i++) {
      const from = isKept(first + i, threshold, key0, key1) ? x : previous;
      floats[(y >>> shift) + i] = floats[(from >>> shift) + i]!;
    }
  },

  zoneoutBackward(dy, dPrevious, n, first, threshold, key0, key1) {
    const { floats, shift } = heap;
    for (let i = 0; i < n; i++) {
      const d = floats[(dy >>> shift) + i]!;
      const kept = isKept(first + i, threshold, key0, key1);
      floats[(dy >>> shift) + i] = kept ? d : 0;
      floats[(dPrevious >>> shift) + i] = kept ? 0 : d;
    }
  },
});

function isKept(i: number, threshold: number, key0: number, key1: number): boolean {
  return mix(mix(i ^ key0) ^ key1) >>> 8 >= threshold;
}

function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
