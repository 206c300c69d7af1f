/**
 * Limits of pre-activations, and the way back through them: where |a| > clip the gate no longer follows a, so no
 * gradient passes. The backward sees activated gates alone; one that has the value of the limit was limited.
 */

import type { Heap } from '../memory/heap.js';
import { activationsOf } from './activation.js';

/** Between which values a gradient passes. */
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
  const [low, high, bound] = [sigmoid(-clip), sigmoid(clip), tanh(clip)].map((x) => stored(heap, x));
  return { low: low!, high: high!, bound: bound! };
}

/** x rounded as numbers in the heap are. */
export function stored(heap: Heap, x: number): number {
  return heap.shift === 3 ? x : Math.fround(x);
}

/** x within +-most; a NaN stays a NaN. */
export function limit(x: number, most: number): number {
  return x > most ? most : x < -most ? -most : x;
}
