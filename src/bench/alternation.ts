/**
 * Timing in alternation. A shared machine changes its pace from minute to minute, so what is compared takes turns:
 * a round gives every measure one slice, and ratios are taken within rounds. A slice is long enough for the clock.
 */

/** Runs what is timed so many times. @returns the ms that count */
export type Measure = (calls: number) => number;

/** How long things take, in ms. */
export interface Plan {
  /** A slice lasts at least so long, or one call. */
  readonly sliceMs: number;
  /** Each measure runs so long first, in short calls: V8 compiles anew what has run often, and never within a call. */
  readonly warmUpMs: number;
  /** Rounds go on for so long, but there are at least LEAST of them. */
  readonly budgetMs: number;
}

const LEAST_ROUNDS = 5;
const MOST_ROUNDS = 101;

/** Times all calls of a function. */
export function timed(run: () => unknown): Measure {
  return (calls) => {
    const began = performance.now();
    for (let i = 0; i < calls; i++) run();
    return performance.now() - began;
  };
}

/**
 * Times measures in turns; yields after every slice, so that the caller may let others run, or stop.
 * @returns ms per call, for each measure a list by round
 */
export function* alternate(measures: readonly Measure[], plan: Plan): Generator<void, number[][]> {
  const calls: number[] = [];
  for (const measure of measures) {
    calls.push(warmUp(measure, plan));
    yield;
  }
  const samples = measures.map((): number[] => []);
  const end = performance.now() + plan.budgetMs;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (round >= LEAST_ROUNDS && performance.now() >= end) break;
    for (const [i, measure] of measures.entries()) {
      samples[i]!.push(measure(calls[i]!) / calls[i]!);
      yield;
    }
  }
  return samples;
}

/** @returns how many calls make a slice */
function warmUp(measure: Measure, { sliceMs, warmUpMs }: Plan): number {
  let calls = 1;
  for (let total = measure(1); ;) {
    const ms = measure(calls);
    total += ms;
    if (ms >= sliceMs && total >= warmUpMs) return calls;
    if (ms < sliceMs) calls *= 2;
  }
}

/** Runs to the end what yields. */
export function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** The middle value, or the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** The median over the rounds of a / b. */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, round) => value / b[round]!));
}
