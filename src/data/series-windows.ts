/** Windows of a time series as examples: T steps that are known, and the h steps behind them that are asked for. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkKnown, checkNumber, checkSize } from '../options.js';
import type { Examples } from './examples.js';
import type { TimeSeries } from './series.js';

/** Numbers in the units of the series with their shape, row-major. */
export interface SeriesTensor {
  readonly data: Float64Array;
  readonly shape: readonly [steps: number, B: number, C: number];
}

/** Windows side by side, time-major, all columns. */
export interface SeriesBatch {
  /** (T, B, C). */
  readonly history: SeriesTensor;
  /** (h, B, C), the steps that follow. */
  readonly future: SeriesTensor;
}

/** How to cut a series into windows. */
export interface SeriesWindowOptions {
  /** T, steps that are known. */
  readonly window: number;
  /** h, steps that are asked for. Default 1. */
  readonly horizon?: number | undefined;
  /**
   * The first step that may be asked for, and the step behind the last one: what is known may lie before it. Default:
   * all that have a window before them.
   */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** How to part a series in time. */
export interface SplitOptions extends Pick<SeriesWindowOptions, 'window' | 'horizon'> {
  /** Shares of the series that validate and that test: the end tests, what is before it validates. Default 0.1 each. */
  readonly valid?: number | undefined;
  readonly test?: number | undefined;
}

/** Windows that train, validate and test; none of the latter two where their share is 0. */
export interface SeriesParts {
  readonly train: SeriesWindows;
  readonly valid: SeriesWindows | undefined;
  readonly test: SeriesWindows | undefined;
}

/** Every window of a stretch of a series, one step after another. */
export class SeriesWindows implements Examples<SeriesBatch> {
  readonly series: TimeSeries;
  readonly window: number;
  readonly horizon: number;
  /** The stretch that is asked for. */
  readonly from: number;
  readonly to: number;

  /** @throws OptionError; DataError if the stretch is too short for one window */
  constructor(series: TimeSeries, options: SeriesWindowOptions) {
    const operation = 'SeriesWindows';
    checkKnown(operation, options, ['window', 'horizon', 'from', 'to']);
    this.series = series;
    this.window = checkSize(operation, 'window', options.window);
    this.horizon = checkSize(operation, 'horizon', options.horizon ?? 1);
    this.from = Math.max(this.window, checkSize(operation, 'from', options.from ?? 0, 0));
    this.to = checkSize(operation, 'to', options.to ?? series.length, 0);
    if (this.to > series.length) {
      throw new OptionError(`${operation}: to must be at most ${series.length}, the steps there are, got ${this.to}.`);
    }
    if (this.count < 1) throw this.#tooShort();
  }

  #tooShort(): DataError {
    const { window: T, horizon: h, to } = this;
    return new DataError(
      `SeriesWindows: steps up to ${to} are too few: window ${T} and horizon ${h} take ${this.from + h} here. ` +
        'Lower the window or the horizon, or take a larger part of the series.',
    );
  }

  /** The number of windows. */
  get count(): number {
    return this.to - this.horizon - this.from + 1;
  }

  /** The steps that these windows have seen when they end: what a scale may be fitted on. */
  get seen(): TimeSeries {
    return this.series.slice(0, this.to);
  }

  /** Tells these windows from others. */
  get fingerprint(): string {
    const { window, horizon, from, to } = this;
    const sizes = new TextEncoder().encode([window, horizon, from, to].join(' '));
    return `${this.series.fingerprint}-${crc32(sizes).toString(16).padStart(8, '0')}`;
  }

  /** Steps of every window. */
  length(): number {
    return this.window;
  }

  /** The first step that window i asks for. */
  at(i: number): number {
    return this.from + i;
  }

  /** The windows of these numbers side by side. */
  batch(indices: readonly number[]): SeriesBatch {
    const { window: T, horizon: h } = this;
    return { history: this.#cut(indices, -T, T), future: this.#cut(indices, 0, h) };
  }

  /** `steps` rows of each window, from `offset` behind the first step that is asked for. */
  #cut(indices: readonly number[], offset: number, steps: number): SeriesTensor {
    const { data, columns } = this.series;
    const [B, C] = [indices.length, columns.length];
    const rows = new Float64Array(steps * B * C);
    for (const [b, i] of indices.entries()) {
      const start = this.at(i) + offset;
      for (let t = 0; t < steps; t++) {
        rows.set(data.subarray((start + t) * C, (start + t + 1) * C), (t * B + b) * C);
      }
    }
    return { data: rows, shape: [steps, B, C] };
  }
}

/**
 * Parts a series in time: the beginning trains, then comes what validates, and the end tests. No step that is asked for
 * is in two parts; what is known before it may be.
 * @throws OptionError; DataError if a part is too short for one window
 */
export function splitSeries(series: TimeSeries, options: SplitOptions): SeriesParts {
  const operation = 'splitSeries';
  checkKnown(operation, options, ['window', 'horizon', 'valid', 'test']);
  const { window, horizon } = options;
  const valid = checkNumber(operation, 'valid', options.valid ?? 0.1, { least: 0, below: 1 });
  const test = checkNumber(operation, 'test', options.test ?? 0.1, { least: 0, below: 1 });
  if (valid + test >= 1) {
    throw new OptionError(`${operation}: valid ${valid} and test ${test} leave nothing to train on. Lower them.`);
  }
  const testFrom = series.length - Math.round(test * series.length);
  const validFrom = testFrom - Math.round(valid * series.length);
  const part = (from: number, to: number): SeriesWindows => new SeriesWindows(series, { window, horizon, from, to });
  return {
    train: part(0, validFrom),
    valid: valid > 0 ? part(validFrom, testFrom) : undefined,
    test: test > 0 ? part(testFrom, series.length) : undefined,
  };
}
