/** Time series: columns, parts in time, windows, and what they are made from. */

import { describe, expect, test } from 'vitest';
import { splitSeries, SeriesWindows } from '../../src/data/series-windows.js';
import { TimeSeries } from '../../src/data/series.js';
import { syntheticSeries } from '../../src/data/synthetic-series.js';
import { Table } from '../../src/data/table.js';
import { DataError, OptionError } from '../../src/errors.js';

/** N steps of two columns: t and 100 + t. */
function counting(N: number): TimeSeries {
  return new TimeSeries(
    ['a', 'b'],
    Array.from({ length: 2 * N }, (_, i) => (i % 2 === 0 ? i / 2 : 100 + (i - 1) / 2)),
  );
}

describe('TimeSeries', () => {
  test('columns of a table, in the order asked for; others are not read', () => {
    const table = new Table(
      [
        ['day', 'x', 'y'],
        ['monday', '1', '2'],
        ['tuesday', '3', ''],
      ],
      { source: 'data.csv' },
    );
    const series = TimeSeries.fromTable(table, ['y', 'x'], 'previous');
    expect(series.columns).toEqual(['y', 'x']);
    expect([...series.data]).toEqual([2, 1, 2, 3]);
    expect(() => TimeSeries.fromTable(table, ['x', 'y'])).toThrow(/^data\.csv: line 3, column 'y'/);
    expect(() => TimeSeries.fromTable(table, ['day'])).toThrow(/^data\.csv: line 2, column 'day'/);
  });

  test('parts of it', () => {
    const series = counting(5);
    expect([...series.column('b')]).toEqual([100, 101, 102, 103, 104]);
    expect([...series.select(['b', 'a']).slice(3).data]).toEqual([103, 3, 104, 4]);
    expect(series.slice(1, 3).length).toBe(2);
  });

  test('its fingerprint tells names and numbers', () => {
    const prints = [
      counting(5),
      counting(6),
      counting(5).select(['b', 'a']),
      new TimeSeries(['a', 'c'], counting(5).data),
    ];
    expect(new Set(prints.map(({ fingerprint }) => fingerprint)).size).toBe(4);
    expect(counting(5).fingerprint).toBe(prints[0]!.fingerprint);
  });

  test('refusals', () => {
    expect(() => new TimeSeries(['a', 'b'], [1, 2, 3])).toThrow(
      new DataError('TimeSeries: data must fill rows of 2 columns, got 3 numbers.'),
    );
    expect(() => new TimeSeries(['a', 'b'], [1, 2, 3, NaN])).toThrow(
      new DataError("TimeSeries: data must be finite, got NaN at step 1 of 'b'."),
    );
    expect(() => counting(3).column('c')).toThrow(new DataError("TimeSeries: has no column 'c'. Its columns: a, b."));
    expect(() => counting(3).slice(2, 4)).toThrow(
      new OptionError('TimeSeries.slice: from and to must be whole numbers with 0 <= from <= to <= 3, got 2 and 4.'),
    );
  });
});

describe('SeriesWindows', () => {
  test('windows side by side, time-major', () => {
    const windows = new SeriesWindows(counting(10), { window: 3, horizon: 2 });
    expect(windows.count).toBe(6);
    const { history, future } = windows.batch([0, 5]);
    expect(history.shape).toEqual([3, 2, 2]);
    expect([...history.data]).toEqual([0, 100, 5, 105, 1, 101, 6, 106, 2, 102, 7, 107]);
    expect(future.shape).toEqual([2, 2, 2]);
    expect([...future.data]).toEqual([3, 103, 8, 108, 4, 104, 9, 109]);
  });

  test('a stretch is what is asked for; what is known may lie before it', () => {
    const windows = new SeriesWindows(counting(20), { window: 4, horizon: 2, from: 10, to: 14 });
    expect(Array.from({ length: windows.count }, (_, i) => windows.at(i))).toEqual([10, 11, 12]);
    expect(windows.batch([0]).history.data[0]).toBe(6);
    expect(windows.batch([windows.count - 1]).future.data.at(-2)).toBe(13);
    expect(windows.seen.length).toBe(14);
  });

  test('its fingerprint tells series and stretch', () => {
    const make = (options: object): string => new SeriesWindows(counting(20), { window: 4, ...options }).fingerprint;
    const prints = [{}, { horizon: 2 }, { from: 5 }, { to: 19 }, { window: 5 }].map(make);
    expect(new Set(prints).size).toBe(5);
    expect(make({})).toBe(prints[0]);
  });

  test('refusals', () => {
    expect(() => new SeriesWindows(counting(6), { window: 5, horizon: 2 })).toThrow(
      new DataError(
        'SeriesWindows: steps up to 6 are too few: window 5 and horizon 2 take 7 here. ' +
          'Lower the window or the horizon, or take a larger part of the series.',
      ),
    );
    expect(() => new SeriesWindows(counting(6), { window: 2, to: 7 })).toThrow(
      new OptionError('SeriesWindows: to must be at most 6, the steps there are, got 7.'),
    );
    expect(() => new SeriesWindows(counting(6), { window: 0 })).toThrow(OptionError);
    expect(() => new SeriesWindows(counting(6), { window: 2, stride: 2 } as never)).toThrow(/unknown option 'stride'/);
  });
});

describe('splitSeries', () => {
  test('in time; no step is asked for in two parts, and none is left out', () => {
    const { train, valid, test: end } = splitSeries(counting(100), { window: 5, horizon: 3, valid: 0.2, test: 0.1 });
    expect([train.from, train.to, valid!.from, valid!.to, end!.from, end!.to]).toEqual([5, 70, 70, 90, 90, 100]);
    expect([train.count, valid!.count, end!.count]).toEqual([63, 18, 8]);
  });

  test('a share of 0 is no part', () => {
    const { train, valid, test: end } = splitSeries(counting(50), { window: 5, valid: 0, test: 0 });
    expect([train.to, valid, end]).toEqual([50, undefined, undefined]);
  });

  test('refusals', () => {
    expect(() => splitSeries(counting(50), { window: 5, valid: 0.5, test: 0.5 })).toThrow(
      new OptionError('splitSeries: valid 0.5 and test 0.5 leave nothing to train on. Lower them.'),
    );
    expect(() => splitSeries(counting(50), { window: 5, horizon: 8, test: 0.1 })).toThrow(DataError);
    expect(() => splitSeries(counting(50), { window: 5, valid: 1 })).toThrow(/valid must be a number/);
  });
});

describe('syntheticSeries', () => {
  test('trend, seasons and noise of the variance asked for', () => {
    const seasons = [
      { period: 8, amplitude: 2 },
      { period: 5, amplitude: 1, phase: 0.5 },
    ];
    const series = syntheticSeries({ length: 20_000, trend: 0.5, seasons, noise: 3, seed: 4 });
    const [value, signal] = [series.column('value'), series.column('signal')];
    for (const t of [0, 3, 77]) {
      const wave = 2 * Math.sin((2 * Math.PI * t) / 8) + Math.sin((2 * Math.PI * t) / 5 + 0.5);
      expect(signal[t]).toBeCloseTo(0.5 * t + wave, 10);
    }
    const noise = value.map((y, t) => y - signal[t]!);
    const mean = noise.reduce((sum, e) => sum + e, 0) / noise.length;
    const variance = noise.reduce((sum, e) => sum + e ** 2, 0) / noise.length;
    const next = noise.slice(1).reduce((sum, e, t) => sum + e * noise[t]!, 0) / noise.length;
    // Standard errors: 3 / sqrt(N) = 0.02, 9 sqrt(2 / N) = 0.09, 9 / sqrt(N) = 0.06.
    expect(Math.abs(mean)).toBeLessThan(0.07);
    expect(Math.abs(variance - 9)).toBeLessThan(0.3);
    expect(Math.abs(next)).toBeLessThan(0.2);
  });

  test('a seed gives the same series, another one another', () => {
    const make = (seed: number): string => syntheticSeries({ length: 50, seed }).fingerprint;
    expect(make(1)).toBe(make(1));
    expect(make(2)).not.toBe(make(1));
  });

  test('refusals', () => {
    expect(() => syntheticSeries({ length: 5, noise: -1 })).toThrow(/noise must be a number at least 0/);
    expect(() => syntheticSeries({ length: 5, seasons: [{ period: 0, amplitude: 1 }] })).toThrow(
      /seasons\[0\]\.period must be a number above 0, got 0/,
    );
    expect(() => syntheticSeries({ length: 5, seasons: 3 as never })).toThrow(
      new OptionError('syntheticSeries: seasons must be a list of { period, amplitude }, got number.'),
    );
    expect(() => syntheticSeries({ length: 5, drift: 1 } as never)).toThrow(/unknown option 'drift'/);
  });
});
