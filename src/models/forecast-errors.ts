/** The errors of forecasts, summed over batches, in the units of the series. */

import type { Score } from './learner.js';

/** Sums of squared and absolute errors of K targets. */
export class ErrorSums {
  readonly #targets: readonly string[];
  /** The scale of each target: the loss is of errors over it. */
  readonly #scales: readonly number[];
  readonly #horizon: number;
  /** S, the steps that the loss is over. */
  readonly #steps: number;
  readonly #squares: Float64Array;
  readonly #absolutes: Float64Array;
  #loss: number = 0;
  #windows: number = 0;

  constructor(
    targets: readonly string[],
    scales: readonly number[],
    { horizon, steps }: { readonly horizon: number; readonly steps: number },
  ) {
    this.#targets = targets;
    this.#scales = scales;
    this.#horizon = horizon;
    this.#steps = steps;
    this.#squares = new Float64Array(targets.length);
    this.#absolutes = new Float64Array(targets.length);
  }

  /** Adds the forecasts of B windows and what came: (B, h, K) each. */
  add(forecasts: Float64Array, wanted: Float64Array): void {
    const K = this.#targets.length;
    for (const [i, forecast] of forecasts.entries()) {
      const error = forecast - wanted[i]!;
      const k = i % K;
      this.#squares[k]! += error ** 2;
      this.#absolutes[k]! += Math.abs(error);
      if (Math.floor(i / K) % this.#horizon < this.#steps) this.#loss += (error / this.#scales[k]!) ** 2;
    }
    this.#windows += forecasts.length / (this.#horizon * K);
  }

  /** Means: the loss on the common scale, `mse` and `mae`, and those of each target where there are several. */
  score(): Score {
    const K = this.#targets.length;
    const count = this.#windows * this.#horizon;
    const mean = (sums: Float64Array): number => sums.reduce((sum, value) => sum + value, 0) / (count * K);
    const each = this.#targets.flatMap((target, k): [string, number][] => [
      [`mse ${target}`, this.#squares[k]! / count],
      [`mae ${target}`, this.#absolutes[k]! / count],
    ]);
    const figures = {
      mse: mean(this.#squares),
      mae: mean(this.#absolutes),
      ...(K > 1 ? Object.fromEntries(each) : {}),
    };
    return { loss: this.#loss / (this.#windows * this.#steps * K), figures };
  }
}
