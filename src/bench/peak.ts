/** What one core can do: GFLOP/s of the loop of multiply-adds in src/kernels/peak.ts, in slices beside what is compared. */

import type { Engine } from '../engine.js';
import { CHAINS, PAIRED_CHAINS } from '../kernels/peak.js';
import { median, medianRatio, timed } from './alternation.js';
import type { Measure } from './alternation.js';

const TURNS = 2000;

/** Floating-point operations of one call of the loop. */
export const PEAK_FLOPS: number = 2 * PAIRED_CHAINS * TURNS;

/** The loop as a function to call, within a running step; x := x / 2 + 1 goes to 2, so no number leaves the normal ones. */
export function peakLoop(engine: Engine): () => void {
  const { kernels, memory } = engine;
  const { revectorized } = engine.report();
  const chains = revectorized ? PAIRED_CHAINS : CHAINS;
  const lanes = chains / 12;
  const x = memory.reserve(chains + 2 * lanes);
  const values = memory.view(x, chains + 2 * lanes);
  values.fill(1);
  values.fill(0.5, chains, chains + lanes);
  return revectorized
    ? () => kernels.multiplyAddPairs(x, TURNS)
    : () => kernels.multiplyAddChains(x, TURNS * (PAIRED_CHAINS / CHAINS));
}

/** The loop as a measure of its own: each slice is an evaluation, so that steps may run in between. */
export function peakMeasure(engine: Engine): Measure {
  return (calls) => engine.evaluate(() => timed(peakLoop(engine))(calls));
}

/** Peaks before and after a round that differ by less than this are of one pace. */
const SAME_PACE = 0.05;
const LEAST_STEADY = 3;

/** What was measured as a part of the peak. */
export interface Reached {
  /** The median over the rounds. */
  readonly fractionOfPeak: number;
  /** Of the loop, in the same rounds. */
  readonly peakGflops: number;
}

/**
 * The part of the peak that was reached. Rounds during which the machine changed its pace are left out: those whose
 * peak is not that of the next round, as long as some are left.
 * @param ms ms per call by round
 * @param flops of one call
 * @param peakMs ms per call of the loop, in the same rounds, before each
 * @param threads that share the work; the loop runs on one
 */
export function reached(ms: readonly number[], flops: number, peakMs: readonly number[], threads: number = 1): Reached {
  const rounds = [...ms.keys()];
  const steady = rounds.filter((i) => Math.abs(peakMs[Math.min(i + 1, ms.length - 1)]! / peakMs[i]! - 1) < SAME_PACE);
  const chosen = steady.length >= LEAST_STEADY ? steady : rounds;
  const pick = (values: readonly number[]): number[] => chosen.map((i) => values[i]!);
  return {
    fractionOfPeak: ((flops / PEAK_FLOPS) * medianRatio(pick(peakMs), pick(ms))) / threads,
    peakGflops: PEAK_FLOPS / median(pick(peakMs)) / 1e6,
  };
}
