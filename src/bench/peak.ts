/** What one core can do: GFLOP/s of the loop of multiply-adds in src/kernels/peak.ts, in slices beside what is compared. */

import type { Engine } from '../engine.js';
import { CHAINS } from '../kernels/peak.js';
import { medianRatio, timed } from './alternation.js';
import type { Measure } from './alternation.js';

const TURNS = 2000;

/** Floating-point operations of one call of the loop. */
export const PEAK_FLOPS: number = 2 * CHAINS * TURNS;

/** The loop as a function to call, within a running step; x := x / 2 + 1 goes to 2, so no number leaves the normal ones. */
export function peakLoop({ kernels, memory }: Engine): () => void {
  const x = memory.reserve(CHAINS + 8);
  const values = memory.view(x, CHAINS + 8);
  values.fill(1);
  values.fill(0.5, CHAINS, CHAINS + 4);
  return () => kernels.multiplyAddChains(x, TURNS);
}

/** The loop as a measure of its own: each slice is an evaluation, so that steps may run in between. */
export function peakMeasure(engine: Engine): Measure {
  return (calls) => engine.evaluate(() => timed(peakLoop(engine))(calls));
}

/**
 * The part of the peak that was reached: the median over the rounds.
 * @param ms ms per call by round
 * @param flops of one call
 * @param peakMs ms per call of the loop, in the same rounds
 * @param threads that share the work; the loop runs on one
 */
export function fractionOfPeak(
  ms: readonly number[],
  flops: number,
  peakMs: readonly number[],
  threads: number = 1,
): number {
  return ((flops / PEAK_FLOPS) * medianRatio(peakMs, ms)) / threads;
}
