/**
 * Forecasts that take no learning, to hold a model against: the last value, and the value of one season ago (Hyndman
 * and Athanasopoulos, "Forecasting: Principles and Practice", 2021).
 */

import { DataError } from '../errors.js';
import { checkSize } from '../options.js';
import type { SeriesWindows } from './series-windows.js';

/** Mean errors of forecasts, in the unit of the series and its square. */
export interface ForecastErrors {
  readonly mse: number;
  readonly mae: number;
}

/** Values that a period is looked for in, from the end, and the share of them it may be long. */
const MOST_VALUES = 10_000;
const LONGEST = 1 / 3;

/** How high above 0 and above the trough before it a peak of the autocorrelation must be, beside what noise does. */
const LEAST_PEAK = 0.1;

/**
 * The errors of the seasonal forecast y(t + k) = y(t + k - m s), with the fewest seasons s that lead back into what is
 * known, over all windows that have a season before them. With a period of 1 it is the last value.
 * @param period m
 * @throws OptionError, DataError
 */
export function seasonalErrors(windows: SeriesWindows, target: string, period: number = 1): ForecastErrors {
  const m = checkSize('seasonalErrors', 'period', period);
  const values = windows.series.column(target);
  let [squares, absolutes, count] = [0, 0, 0];
  for (let i = 0; i < windows.count; i++) {
    const at = windows.at(i);
    if (at < m) continue;
    for (let k = 0; k < windows.horizon; k++) {
      const error = values[at + k]! - values[at - m + (k % m)]!;
      squares += error ** 2;
      absolutes += Math.abs(error);
      count++;
    }
  }
  if (count > 0) return { mse: squares / count, mae: absolutes / count };
  throw new DataError(
    `seasonalErrors: no window has the ${m} steps of a season before it, the series has ${values.length}. Lower the period.`,
  );
}

/**
 * The period of a series: the lag of the highest peak of its autocorrelation, behind a trough, once a straight line has
 * been taken off; of peaks that noise alone may part, the first.
 * @returns 1 if there is none
 */
export function findPeriod(values: ArrayLike<number>): number {
  const series = withoutLine(Float64Array.from(values).slice(-MOST_VALUES));
  const noise = 1 / Math.sqrt(series.length); // the standard error of the correlations of noise (Bartlett 1946)
  const peaks = peaksOf(autocorrelation(series, Math.floor(series.length * LONGEST)), LEAST_PEAK + 3 * noise);
  const highest = peaks.reduce((most, { height }) => Math.max(most, height), 0);
  return peaks.find(({ height }) => height >= highest - noise)?.lag ?? 1;
}

/** The peaks that are so high, and so much above what lies before them. */
function peaksOf(correlation: Float64Array, least: number): { lag: number; height: number }[] {
  const peaks: { lag: number; height: number }[] = [];
  let trough = Infinity;
  for (let lag = 1; lag + 1 < correlation.length; lag++) {
    const height = correlation[lag]!;
    trough = Math.min(trough, height);
    const isPeak = height > correlation[lag - 1]! && height >= correlation[lag + 1]!;
    if (isPeak && height > least && height - trough > least) peaks.push({ lag, height });
  }
  return peaks;
}

/** Less the straight line of least squares. */
function withoutLine(values: Float64Array): Float64Array {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [product, square] = [0, 0];
  for (const [t, value] of values.entries()) {
    product += (t - middle) * (value - mean);
    square += (t - middle) ** 2;
  }
  const slope = square === 0 ? 0 : product / square;
  return values.map((value, t) => value - mean - slope * (t - middle));
}

/** r(0) to r(most), each sum over all N rather than N - lag: of a season and its multiples the season is the highest. */
function autocorrelation(values: Float64Array, most: number): Float64Array {
  const energy = values.reduce((sum, value) => sum + value ** 2, 0);
  return Float64Array.from({ length: most + 1 }, (_, lag) => {
    let sum = 0;
    for (let t = lag; t < values.length; t++) sum += values[t]! * values[t - lag]!;
    return energy === 0 ? 0 : sum / energy;
  });
}
