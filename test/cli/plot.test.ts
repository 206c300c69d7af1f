import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Axis } from '../../src/plot/axis.js';
import { plotLines } from '../../src/cli/plot.js';
import { OptionError } from '../../src/errors.js';

const ascii = { unicode: false, colour: false };
const braille = { unicode: true, colour: false };
const falling = [3, 2, 1.5, 1.25, 1.125];

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The picture as its lines, for comparison with a drawing. */
function lines(...args: Parameters<typeof plotLines>): string[] {
  return plotLines(...args).split('\n');
}

describe('plotLines', () => {
  it('draws axes, curve, floor and legend in ASCII', () => {
    const options = { ...ascii, width: 30, height: 6, xLabel: 'epoch', yLabel: 'loss' };
    expect(lines([{ name: 'train', values: falling }], { ...options, floor: { label: 'floor', value: 1 } })).toEqual([
      'loss',
      '3 +**                         ',
      '  |  ****                     ',
      '2 +      ***                  ',
      '  |         ***               ',
      '  |            ***********    ',
      '1 +- - - - - - - - - - - -****',
      '  ++------------+------------+',
      '   0            2            4',
      '                         epoch',
      '** train  last 1.125  lowest 1.125',
      '-- floor       1.000',
    ]);
  });

  it('draws with braille dots, four to a row and two to a column', () => {
    expect(lines([{ name: 'y', values: [0, 1, 2, 3] }], { ...braille, width: 13, height: 4, xLabel: 'x' })).toEqual([
      '  │       ⢀⡠⠊',
      '2 ┤     ⡠⠔⠁  ',
      '  │  ⢀⠔⠊     ',
      '0 ┤⡠⠒⠁       ',
      '  └┬─────┬───',
      '   0     2  x',
      '━━ y  last 3.000  lowest 0.000',
    ]);
  });

  it('places each value by its x, and leaves a gap where a value is not finite', () => {
    const series = [{ name: 'y', values: [1, 1, NaN, 1, Infinity, 1], x: [0, 4, 5, 8, 9, 16] }];
    expect(lines(series, { ...ascii, width: 20, height: 1 })[0]).toBe('1 +*****   *       *');
  });

  it('draws one value alone', () => {
    expect(lines([{ name: 'y', values: [2.5] }], { ...ascii, width: 18, height: 3 }).slice(0, 3)).toEqual([
      '    |             ',
      '2.5 +      *      ',
      '    |             ',
    ]);
  });

  it('names several curves where they end, each in a row of its own', () => {
    const curve = (name: string, end: number): { name: string; values: number[] } => ({ name, values: [4, end] });
    const series = [curve('train', 0), curve('validation', 0), curve('test', 4), curve('none', NaN)];
    const rows = lines(series, { ...ascii, width: 40, height: 5 });
    expect(rows.map((row) => /[a-z]+$/.exec(row)?.[0]).slice(0, 5)).toEqual([
      'test',
      'none',
      undefined,
      'validation',
      'train',
    ]);
    expect(rows).toContain('xx none        last 4.000  lowest 4.000');
  });

  it('keeps to the width, and reaches its last column', () => {
    const values = Array.from({ length: 1000 }, (_, i) => 4 * Math.exp(-i / 200));
    for (const width of [30, 53, 80, 131]) {
      for (const unicode of [false, true]) {
        const rows = lines([{ name: 'train', values }], { unicode, colour: false, width, height: 7, xLabel: 'step' });
        const legend = rows.pop();
        expect(Math.max(...rows.map((row) => row.length))).toBe(width);
        expect(rows[6]!.at(-1)).not.toBe(' ');
        expect(legend).toContain('last 0.02709  lowest 0.02709');
      }
    }
  });

  it('has a log scale, on which values of 0 and below are gaps', () => {
    const series = [{ name: 'norm', values: [100, 10, 1, 0, 0.01, -3, 0.0001] }];
    const options = { ...ascii, width: 20, height: 7, yScale: 'log' as const };
    const rows = lines(series, options);
    expect(rows.slice(0, 7).map((row) => row.trimEnd())).toEqual([
      ' 100 +*',
      '     | **',
      '   1 +   **',
      '     |',
      '0.01 +         *',
      '     |',
      '1e-4 +             *',
    ]);
    const call = (): string => plotLines(series, { ...options, floor: { label: 'floor', value: 0 } });
    expect(call).toThrow(OptionError);
    expect(call).toThrow('plotLines: floor must be above 0 where yScale is log, got 0.');
  });

  it('differs in colour by the colour codes only', () => {
    const series = [
      { name: 'train', values: falling },
      { name: 'validation', values: falling.toReversed() },
    ];
    const coloured = plotLines(series, { unicode: true, colour: true, width: 50 });
    expect(coloured).toContain('\x1b[36m');
    expect(coloured).toContain('\x1b[33m');
    expect(stripVTControlCharacters(coloured)).toBe(plotLines(series, { ...braille, width: 50 }));
  });

  it('takes the characters from the locale', () => {
    vi.stubEnv('LC_ALL', 'en_GB.UTF-8');
    expect(plotLines([{ name: 'y', values: falling }])).toContain('┤');
    vi.stubEnv('LC_ALL', 'C');
    expect(plotLines([{ name: 'y', values: falling }], { colour: false })).toMatch(/^[ -~\n]*$/);
  });

  it('takes long runs', () => {
    const values = Array.from({ length: 300_000 }, (_, i) => Math.sin(i));
    expect(lines([{ name: 'y', values }], { ...ascii, height: 5 })[6]).toContain('100k');
  });

  it('says so when there is nothing to plot', () => {
    expect(plotLines([])).toBe('(no values to plot)');
    expect(plotLines([{ name: 'y', values: [NaN] }], { floor: { label: 'floor', value: 1 } })).toBe(
      '(no values to plot)',
    );
  });

  it('refuses x that do not match the values', () => {
    const call = (): string => plotLines([{ name: 'train', values: [1, 2], x: [1] }]);
    expect(call).toThrow(OptionError);
    expect(call).toThrow('plotLines: x of train must have one number for each of its 2 values, got 1.');
  });
});

describe('Axis', () => {
  it.each([
    { values: [0, 10], most: 5, labels: ['0', '2', '4', '6', '8', '10'] },
    { values: [1.42, 4.31], most: 5, labels: ['2', '3', '4'] },
    { values: [0.51, 0.99], most: 2, labels: ['0.6', '0.8'] },
    { values: [0.0012, 0.0019], most: 4, labels: ['0.0012', '0.0014', '0.0016', '0.0018'] },
    { values: [-0.4, 0.4], most: 5, labels: ['-0.4', '-0.2', '0', '0.2', '0.4'] },
    { values: [0, 3], most: 10, labels: ['0', '1', '2', '3'] },
    { values: [0.51, 0.51], most: 5, labels: ['0.51'] },
    { values: [0, 2_500_000], most: 3, labels: ['0', '1M', '2M'] },
    { values: [900, 4100], most: 4, labels: ['1k', '2k', '3k', '4k'] },
    { values: [0, 1e-105], most: 5, labels: ['0', '2e-106', '4e-106', '6e-106', '8e-106', '1.0e-105'] },
    { values: [0, 5e-324], most: 5, labels: ['0', '5e-324'] },
    { values: [-1e308, 1e308], most: 2, labels: ['-1e308', '0', '1e308'] },
    { values: [2.4e30, 3e30], most: 3, labels: ['2.4e30', '2.6e30', '2.8e30', '3.0e30'] },
    { values: [2e-5, 6e-5], most: 4, labels: ['2e-5', '3e-5', '4e-5', '5e-5', '6e-5'] },
    { values: [0, 2e-4], most: 2, labels: ['0', '0.0001', '0.0002'] },
    { values: [5e8, 9e8], most: 4, labels: ['500M', '600M', '700M', '800M', '900M'] },
    { values: [0, 2e9], most: 2, labels: ['0', '1e9', '2e9'] },
  ])('ticks of $values are $labels', ({ values, most, labels }) => {
    expect(new Axis(values, 100).ticks(most).map(({ label }) => label)).toEqual(labels);
  });

  it('maps the range onto the dots', () => {
    const axis = new Axis([4, 1, 2], 31);
    expect([1, 2, 2.04, 4].map((value) => axis.dot(value))).toEqual([0, 10, 10, 30]);
  });
});
