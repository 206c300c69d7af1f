/** Scales of columns, and what windows are taken relative to. */

import { describe, expect, test } from 'vitest';
import { fitScaler, referencesOf } from '../../src/data/reference.js';
import { Scaler, SCALES } from '../../src/data/scaler.js';
import { SeriesWindows, splitSeries } from '../../src/data/series-windows.js';
import { TimeSeries } from '../../src/data/series.js';
import { syntheticSeries } from '../../src/data/synthetic-series.js';
import { DataError, OptionError } from '../../src/errors.js';
import { thrown } from '../thrown.js';

const rows = { columns: ['a', 'b', 'c'], data: Float64Array.of(1, 10, 7, 3, 30, 7, 8, -20, 7) };

describe('Scaler', () => {
  test('standard: mean 0 and variance 1', () => {
    const scaler = Scaler.fit(rows);
    const scaled = [1, 3, 8].map((value) => scaler.apply(value, 0));
    expect(scaled.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    expect(scaled.reduce((sum, value) => sum + value ** 2, 0) / 3).toBeCloseTo(1, 12);
  });

  test('min-max: from 0 to 1', () => {
    const scaler = Scaler.fit(rows, 'min-max');
    expect([10, 30, -20].map((value) => scaler.apply(value, 1))).toEqual([0.6, 1, 0]);
  });

  test('none', () => {
    expect(Scaler.fit(rows, 'none').apply(8, 0)).toBe(8);
  });

  test.each(SCALES)('%s: there and back, a column that never changes too, and through JSON', (scale) => {
    const scaler = Scaler.fit(rows, scale);
    const stored = Scaler.fromJSON(JSON.parse(JSON.stringify(scaler)));
    for (const [i, value] of rows.data.entries()) {
      const scaled = scaler.apply(value, i % 3);
      expect(scaler.invert(scaled, i % 3)).toBeCloseTo(value, 12);
      expect(stored.apply(value, i % 3)).toBe(scaled);
    }
    if (scale !== 'none') expect(scaler.apply(7, 2)).toBe(0);
    expect(scaler.columns).toBe(3);
  });

  test('a constant whose mean is rounded is a constant', () => {
    const data = new Float64Array(1000).fill(0.1);
    expect(Scaler.fit({ columns: ['a'], data }).scale).toEqual([1]);
  });

  test.each(SCALES)('%s: values whose squares are beyond all numbers are refused with their column', (scale) => {
    const data = Float64Array.of(1, 1e200, 2, -3e200);
    expect(() => Scaler.fit({ columns: ['a', 'b'], data }, scale)).toThrow(
      new DataError(
        "Scaler.fit: column 'b': the squares of its 2 values must have a finite sum, got values up to 3e+200. " +
          'Give the column in a larger unit, or leave it out.',
      ),
    );
    const { offset, scale: factors } = Scaler.fit({ columns: ['a', 'b'], data: data.map((x) => x / 1e60) }, scale);
    expect([...offset, ...factors].every(Number.isFinite)).toBe(true);
  });

  test('refusals', () => {
    expect(() => Scaler.fit({ columns: ['a'], data: new Float64Array(0) })).toThrow(
      new DataError('Scaler.fit: there must be at least one row to fit on, got none.'),
    );
    expect(() => Scaler.fit(rows, 'log' as never)).toThrow(
      new OptionError('Scaler.fit: scale must be one of standard, min-max, none, got log.'),
    );
    for (const stored of [
      undefined,
      {},
      { offset: [1], scale: [] },
      { offset: [1], scale: [0] },
      { offset: ['1'], scale: [1] },
      { offset: [Infinity], scale: [1] },
    ]) {
      expect(() => Scaler.fromJSON(stored)).toThrow(DataError);
    }
  });
});

describe('references', () => {
  // (T, B, C) = (3, 2, 2)
  const history = { data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 12, 10, 14, 12), shape: [3, 2, 2] as const };

  test.each([
    ['none', [0, 0]],
    ['last', [10, 12]],
    ['mean', [6, 8]],
  ] as const)('%s', (reference, wanted) => {
    expect([...referencesOf(history, [1], reference)]).toEqual(wanted);
  });

  test('of several columns, in the order asked for', () => {
    expect([...referencesOf(history, [1, 0], 'last')]).toEqual([10, 12, 12, 14]);
  });
});

describe('fitScaler', () => {
  const series = syntheticSeries({
    length: 2000,
    trend: 1,
    seasons: [{ period: 10, amplitude: 4 }],
    noise: 0,
    seed: 1,
  });

  test('without a reference, the scale of the training part alone', () => {
    const { train } = splitSeries(series, { window: 10, valid: 0.2, test: 0.3 });
    expect(fitScaler(train, { targets: ['value'], reference: 'none' })).toEqual(Scaler.fit(series.slice(0, 1000)));
  });

  test('with one, the scale of differences: what a trend adds up to does not count', () => {
    const { train } = splitSeries(series, { window: 10, horizon: 1, valid: 0.2, test: 0.3 });
    const scaler = fitScaler(train, { targets: ['value'] });
    // Uniform over 10 steps has a variance of 99 / 12, a wave of 4 one of 8; the step that follows is 5.5 above the mean.
    expect(scaler.scale[0]).toBeGreaterThan(3);
    expect(scaler.scale[0]).toBeLessThan(6);
    expect(scaler.offset[0]).toBe(0);
    // The other column keeps its own.
    expect(scaler.scale[1]).toBeCloseTo(Scaler.fit(series.slice(0, 1000)).scale[1]!, 10);
  });

  test('few windows are all taken', () => {
    const steps = new SeriesWindows(new TimeSeries(['x'], [0, 1, 3, 7]), { window: 1 });
    // Differences from the last value: 0 and 1, 0 and 2, 0 and 4, so from 0 to 4.
    expect(fitScaler(steps, { targets: ['x'], reference: 'last', scale: 'min-max' }).toJSON()).toEqual({
      offset: [0],
      scale: [4],
    });
  });

  test('refusals', () => {
    const { train } = splitSeries(series, { window: 10 });
    expect(thrown(() => fitScaler(train, { targets: ['value'], reference: 'first' as never }))).toEqual(
      new OptionError('fitScaler: reference must be one of none, last, mean, got first.'),
    );
    expect(() => fitScaler(train, { targets: [] })).toThrow(OptionError);
    expect(() => fitScaler(train, { targets: ['value'], kind: 'none' } as never)).toThrow(/unknown option 'kind'/);
    expect(() => fitScaler(train, { targets: ['load'], reference: 'last' })).toThrow(DataError);
  });
});
