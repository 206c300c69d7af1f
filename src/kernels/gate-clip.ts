/**
 * Limits of pre-activations and of cell states, and the way back through them: where |a| > clip the result no longer
 * follows a, so its slope is 0. The backward sees activated gates and limited states alone; one that has the value of
 * the limit was limited. A slope is a factor like any other: a NaN that meets a limit stays a NaN.
 */

import type { Heap } from '../memory/heap.js';
import { activationsOf } from './activation.js';

/** Between which values a slope is not 0. */
export interface Passing {
  /** Of a logistic gate: above `low` and below `high`. */
  readonly low: number;
  readonly high: number;
  /** Of a tanh: |g| below it. */
  readonly bound: number;
}

/** What limits of +-clip leave, rounded as numbers in the heap are. Infinity lets everything pass. */
export function passing(heap: Heap, clip: number): Passing {
  if (clip === Infinity) return { low: -1, high: 2, bound: 2 };
  const { tanh, sigmoid } = activationsOf(heap);
  return { low: stored(heap, sigmoid(-clip)), high: stored(heap, sigmoid(clip)), bound: stored(heap, tanh(clip)) };
}

/** x as a number in the heap. */
export function stored(heap: Heap, x: number): number {
  return heap.shift === 3 ? x : Math.fround(x);
}

/** x within +-most; a NaN stays a NaN. */
export function limit(x: number, most: number): number {
  return x > most ? most : x < -most ? -most : x;
}

/** s (1 - s), or 0 where the limit held. */
export function sigmoidSlope(s: number, { low, high }: Passing): number {
  return s <= low || s >= high ? 0 : s * (1 - s);
}

/** 1 - g^2, or 0 where the limit held. */
export function tanhSlope(g: number, { bound }: Passing): number {
  return Math.abs(g) >= bound ? 0 : 1 - g * g;
}

/** 1, or 0 where the limit held; `most` is the limit as the heap stores it. */
export function limitSlope(x: number, most: number): number {
  return most !== Infinity && Math.abs(x) >= most ? 0 : 1;
}
