/** Forecasts that take no learning: their errors, and the period that is found. */

import { describe, expect, test } from 'vitest';
import { findPeriod, seasonalErrors } from '../../src/data/baselines.js';
import { SeriesWindows } from '../../src/data/series-windows.js';
import { TimeSeries } from '../../src/data/series.js';
import { syntheticSeries } from '../../src/data/synthetic-series.js';
import { DataError, OptionError } from '../../src/errors.js';
import { Random } from '../../src/random.js';

describe('seasonalErrors', () => {
  const series = new TimeSeries(['x'], [1, 2, 4, 8, 16, 32, 64]);

  test('the last value, by hand', () => {
    const windows = new SeriesWindows(series, { window: 2, horizon: 2 });
    // After 2: 4 and 8; after 4: 8 and 16; after 8: 16 and 32; after 16: 32 and 64.
    const errors = [2, 6, 4, 12, 8, 24, 16, 48];
    const { mse, mae } = seasonalErrors(windows, 'x');
    expect(mse).toBeCloseTo(errors.reduce((sum, e) => sum + e ** 2, 0) / 8, 10);
    expect(mae).toBeCloseTo(errors.reduce((sum, e) => sum + e, 0) / 8, 10);
  });

  test('a season ago, never from the steps that are asked for', () => {
    const windows = new SeriesWindows(series, { window: 2, horizon: 3, from: 4 });
    // 16, 32, 64 from 4, 8 and again 4.
    expect(seasonalErrors(windows, 'x', 2)).toEqual({ mse: (12 ** 2 + 24 ** 2 + 60 ** 2) / 3, mae: 32 });
  });

  test('windows without a season before them do not count', () => {
    const windows = new SeriesWindows(series, { window: 1 });
    expect(seasonalErrors(windows, 'x', 5).mae).toBe((31 + 62) / 2);
  });

  test('is exact where nothing but the season is', () => {
    const wave = syntheticSeries({ length: 200, seasons: [{ period: 9, amplitude: 2 }], noise: 0 });
    const windows = new SeriesWindows(wave, { window: 9, horizon: 20 });
    expect(seasonalErrors(windows, 'value', 9).mse).toBeLessThan(1e-20);
    expect(seasonalErrors(windows, 'value', 8).mse).toBeGreaterThan(1);
  });

  test('refuses what is no period', () => {
    const windows = new SeriesWindows(series, { window: 1 });
    expect(() => seasonalErrors(windows, 'x', 0)).toThrow(OptionError);
    expect(() => seasonalErrors(windows, 'x', 7)).toThrow(
      new DataError(
        'seasonalErrors: no window has the 7 steps of a season before it, the series has 7. Lower the period.',
      ),
    );
  });
});

describe('findPeriod', () => {
  const of = (options: object): number =>
    findPeriod(syntheticSeries({ length: 1200, noise: 1, seed: 3, ...options }).column('value'));

  test.each([4, 7, 12, 24])('%i, under noise and a trend', (period) => {
    expect(of({ seasons: [{ period, amplitude: 3 }], trend: 0.1 })).toBe(period);
  });

  test('a long one but for a step: its peak is flat', () => {
    expect(Math.abs(of({ seasons: [{ period: 96, amplitude: 3 }], trend: 0.1 }) - 96)).toBeLessThanOrEqual(1);
  });

  test('of two seasons the one after which both are back', () => {
    const seasons = [
      { period: 12, amplitude: 3 },
      { period: 60, amplitude: 3 },
    ];
    expect(of({ seasons })).toBe(60);
  });

  test('none in noise, in a straight line, in a constant, in a random walk, in two values', () => {
    expect(of({ noise: 1 })).toBe(1);
    expect(of({ noise: 0, trend: 1 })).toBe(1);
    expect(findPeriod(new Float64Array(100).fill(3))).toBe(1);
    expect(findPeriod([1, 2])).toBe(1);
    const random = new Random(1);
    let level = 0;
    const walk = Float64Array.from({ length: 300 }, () => (level += random.normal()));
    expect(findPeriod(walk.slice(0, 60))).toBe(1);
  });
});
