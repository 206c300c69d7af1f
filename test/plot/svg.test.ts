/** Pictures: markup that reads, values where their ticks say, gaps, legends, both colour schemes, refusals. */

import { describe, expect, test } from 'vitest';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { svgHeatMap } from '../../src/plot/heat-map.js';
import { svgHistogram } from '../../src/plot/histogram.js';
import { svgLines } from '../../src/plot/lines.js';
import type { LinesOptions } from '../../src/plot/lines.js';
import type { Series } from '../../src/plot/series.js';
import { escapeText } from '../../src/plot/svg.js';
import { thrown } from '../thrown.js';
import { all, numbers, ofClass, parse } from './markup.js';
import type { Element } from './markup.js';

const lines = (series: readonly Series[], options?: LinesOptions): Element => parse(svgLines(series, options));

/** The places of every piece of a curve. */
function places(curve: Element): [number, number][][] {
  const pieces = curve.attributes['d']!.split('M').slice(1);
  return pieces.map((piece) => [...piece.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]));
}

/** The places of the points between two gaps. */
function dots(root: Element): [number, number][] {
  const circles = ofClass(root, 'circle', 'rp-dot');
  for (const circle of circles) expect(numbers(circle, 'r')).toEqual([3]);
  return circles.map((circle) => numbers(circle, 'cx', 'cy') as [number, number]);
}

/** The ticks beside the y axis: the value their label says, and their line's height. */
function yTicks(root: Element): [value: number, y: number][] {
  const labels = all(root, 'text').filter(({ attributes }) => attributes['text-anchor'] === 'end');
  const grid = ofClass(root, 'line', 'rp-grid');
  expect(labels.length).toBe(grid.length);
  return labels.map(({ text }, i) => [Number(text), numbers(grid[i]!, 'y1')[0]!]);
}

describe('svgLines', () => {
  test('the values stand where the ticks say', () => {
    const root = lines([{ name: 'loss', values: [4, 1, 2.5, 3] }]);
    const [[first, second, third, fourth]] = places(ofClass(root, 'path', 'rp-line')[0]!) as [[number, number][]];
    const ticks = yTicks(root);
    expect(ticks.length).toBeGreaterThan(3);
    for (const [value, y] of ticks) {
      const share = (value - 1) / 3;
      expect(y).toBeCloseTo(second![1] + share * (first![1] - second![1]), 1);
    }
    expect(third![1]).toBeCloseTo((first![1] + second![1]) / 2, 1);
    expect(third![0] - second![0]).toBeCloseTo(second![0] - first![0], 1);
    expect(fourth![0]).toBeGreaterThan(third![0]);
  });

  test('on a log scale equal factors are equal distances, and 0 and below are gaps', () => {
    const root = lines([{ name: 'norm', values: [1, 0.1, 0.01, 0, 1e-5, -1, 1e-6] }], { yScale: 'log' });
    const [falling, ...more] = places(ofClass(root, 'path', 'rp-line')[0]!);
    expect([falling!.length, more, dots(root).length]).toEqual([3, [], 2]);
    const step = falling![1]![1] - falling![0]![1];
    expect(falling![2]![1] - falling![1]![1]).toBeCloseTo(step, 1);
    for (const [value, y] of yTicks(root)) expect(y).toBeCloseTo(falling![0]![1] - step * Math.log10(value), 0);
  });

  test('x says where values stand; what is not finite is a gap', () => {
    const root = lines([{ name: 'y', values: [1, 2, NaN, 1, Infinity, 2], x: [0, 1, 2, 3, 4, 8] }]);
    const [[a, b]] = places(ofClass(root, 'path', 'rp-line')[0]!) as [[number, number][]];
    const [c, d, ...more] = dots(root);
    expect(more).toEqual([]);
    expect(c![0] - a![0]).toBeCloseTo(3 * (b![0] - a![0]), 1);
    expect(d![0] - a![0]).toBeCloseTo(8 * (b![0] - a![0]), 1);
  });

  test('several curves have colours and a legend, in rows that fit; one has none', () => {
    const names = Array.from({ length: 9 }, (_, i) => `weights of layer ${i}`);
    const root = lines(
      names.map((name, i) => ({ name, values: [i, 1] })),
      { width: 400 },
    );
    const swatches = ofClass(root, 'rect', 'rp-c0');
    expect(swatches.length).toBe(2); // the seventh has the first colour again
    const entries = all(root, 'text').filter(({ text }) => names.includes(text));
    expect(entries.map(({ text }) => text)).toEqual(names);
    for (const entry of entries) expect(numbers(entry, 'x')[0]! + 7 * entry.text.length).toBeLessThanOrEqual(400);
    expect(new Set(entries.map((entry) => numbers(entry, 'y')[0])).size).toBeGreaterThan(1);
    expect(all(lines([{ name: 'alone', values: [1, 2] }]), 'rect')).toEqual([]);
  });

  test('everything drawn is within the picture', () => {
    const root = lines([{ name: 'a', values: [1e-9, 5, 3e7] }, { name: 'b', values: [2] }], { title: 'A title', xLabel: 'step', yLabel: 'loss', width: 300, height: 200 }); // prettier-ignore
    for (const [x, y] of ofClass(root, 'path', 'rp-line').flatMap((path) => places(path).flat())) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(300);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(200);
    }
    expect(root.attributes).toMatchObject({ width: '300', height: '200', viewBox: '0 0 300 200' });
    for (const text of ['A title', 'step', 'loss']) {
      expect(all(root, 'text').filter((element) => element.text === text).length).toBe(1);
    }
  });

  test.each([
    [0, 1e-105],
    [0, 5e-324],
    [-5e-324, 5e-324],
    [-1e308, 1e308],
    [-1.7e308, 1.7e308],
    [1e308, 1e308],
    [2.4e30, 3e30],
    [1e9, 1e9 + 4000],
    [0.00005, 0.00009],
    [0, 4e8],
  ])('from %s to %s there are labels that read, and nothing but numbers', (...values) => {
    const root = lines([{ name: 'y', values }]);
    const shown = all(root, 'text').filter(({ attributes }) => attributes['text-anchor'] === 'end');
    const told = shown.map(({ text }) => Number(text.replace('M', 'e6').replace('k', 'e3')));
    for (const [i, value] of told.slice(1).entries()) expect(value).toBeGreaterThan(told[i]!);
    for (const { text } of shown) expect(text.length).toBeLessThanOrEqual(11);
    const matrix = { data: values, shape: [1, 2] };
    for (const text of [svgLines([{ name: 'y', values }]), svgHistogram(values), svgHeatMap(matrix)]) {
      expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
    }
  });

  test('a long curve keeps its extremes, in a small file', () => {
    const values = Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 9000));
    const spiked = values.map((value, i) => (i === 70_001 ? 5 : i === 70_003 ? -5 : value));
    const text = svgLines([{ name: 'y', values: spiked }]);
    expect(text.length).toBeLessThan(60_000);
    const [piece] = places(ofClass(parse(text), 'path', 'rp-line')[0]!) as [[number, number][]];
    const heights = piece!.map(([, y]) => y);
    const [top, bottom] = [Math.min(...heights), Math.max(...heights)];
    expect(heights.indexOf(bottom) - heights.indexOf(top)).toBe(1);
    const ends = lines([{ name: 'y', values: [5, -5] }]);
    expect(places(ofClass(ends, 'path', 'rp-line')[0]!)[0]!.map(([, y]) => y)).toEqual([top, bottom]);
  });

  test('without values it says so', () => {
    for (const series of [[], [{ name: 'y', values: [NaN, Infinity] }]]) {
      expect(all(lines(series), 'text').map(({ text }) => text)).toEqual(['no values to plot']);
    }
    const below = lines([{ name: 'y', values: [0, -1] }], { yScale: 'log' });
    expect(all(below, 'text').map(({ text }) => text)).toEqual(['no values to plot']);
  });

  test('text is escaped, wherever it stands', () => {
    const odd = `<b> & "x" 'y' \u0007\uD800`;
    const options = { title: odd, xLabel: odd, yLabel: odd };
    const root = lines([{ name: odd, values: [1, 2] }, { name: 'b', values: [1, 3] }], options); // prettier-ignore
    const shown = `<b> & "x" 'y' \uFFFD\uFFFD`;
    expect(all(root, 'text').filter(({ text }) => text === shown).length).toBe(4);
    expect(all(root, 'title').filter(({ text }) => text === shown).length).toBe(2);
    expect(escapeText('a\nb\tc\u0000😀')).toBe('a b c\uFFFD😀');
  });

  test('the colours are those of the reader’s scheme', () => {
    const style = all(lines([{ name: 'y', values: [1, 2] }]), 'style')[0]!.text;
    const [light, dark] = style.split('@media (prefers-color-scheme:dark)');
    for (const colours of [light, dark]) {
      expect(colours).toMatch(/\.rp\{color:#\w+\}/);
      expect(colours).toMatch(/\.rp-c0\{stroke:#\w+;fill:#\w+\}/);
    }
    expect(/rp-c0\{stroke:(#\w+)/.exec(light!)![1]).not.toBe(/rp-c0\{stroke:(#\w+)/.exec(dark!)![1]);
  });
});

describe('svgHistogram', () => {
  test('every value is in one bar, whose height is their number', () => {
    const root = parse(svgHistogram([0, 0.1, 0.2, 1.1, 2.9, 3, 4, 4, 4, 4], { bins: 4 }));
    const bars = ofClass(root, 'rect', 'rp-area');
    expect(bars.map((bar) => bar.children[0]!.text)).toEqual(['3 of 10', '1 of 10', '1 of 10', '5 of 10']);
    const heights = bars.map((bar) => numbers(bar, 'height')[0]!);
    expect(heights[0]! / heights[1]!).toBeCloseTo(3, 1);
    expect(heights[3]! / heights[1]!).toBeCloseTo(5, 1);
    const zero = yTicks(root).find(([value]) => value === 0)![1];
    for (const bar of bars) expect(numbers(bar, 'y')[0]! + numbers(bar, 'height')[0]!).toBeCloseTo(zero, 1);
  });

  test('equal values stand in the middle', () => {
    const bars = ofClass(parse(svgHistogram([7, 7, 7])), 'rect', 'rp-area');
    expect(bars.map((bar) => bar.children[0]!.text)).toEqual(['3 of 3']);
  });
});

describe('svgHeatMap', () => {
  test('a cell for each value, as strong as it is far from 0', () => {
    const root = parse(svgHeatMap({ data: [1, -2, 0, 4, NaN, -4], shape: [2, 3] }));
    const cells = ofClass(root, 'rect', 'rp-cell').slice(0, 4);
    expect(cells.map(({ attributes }) => [attributes['class']!.slice(0, 5), attributes['fill-opacity']])).toEqual([
      ['rp-c0', '0.25'],
      ['rp-c1', '0.5'],
      ['rp-c0', '1'],
      ['rp-c1', '1'],
    ]);
    const [a, b, c, d] = cells.map((cell) => numbers(cell, 'x', 'y')) as [number[], number[], number[], number[]];
    expect([a[1], c[0]]).toEqual([b[1], a[0]]);
    expect([c[1], d[0]! - a[0]!]).toEqual([d[1], expect.closeTo(2 * (b[0]! - a[0]!), 1) as number]);
    expect(c[1]).toBeGreaterThan(a[1]!);
  });

  test('what is not finite stays empty, whatever stands beside it', () => {
    const shown = (data: number[]): (string | undefined)[][] => {
      const cells = ofClass(parse(svgHeatMap({ data, shape: [1, data.length] })), 'rect', 'rp-cell');
      return cells.map(({ attributes }) => [attributes['class'], attributes['fill-opacity']]);
    };
    const bar = shown([1]).slice(1);
    expect(shown([Infinity, 1, -Infinity, NaN])).toEqual([['rp-c0 rp-cell', '1'], ...bar]);
    expect(shown([Infinity, 0, -Infinity])).toEqual([]);
  });

  test.each([1e-12, 1e-4, 0.5, 123456789, 3e30, 1.7e308])(
    'up to %s: the labels beside the bar are whole, and say so',
    (most) => {
      for (const data of [
        [0, most],
        [-most, most],
      ]) {
        const root = parse(svgHeatMap({ data, shape: [1, 2] }, { width: 300 }));
        const labels = all(root, 'text').filter(({ attributes }) => attributes['text-anchor'] === undefined);
        expect(labels.length).toBeGreaterThan(1);
        for (const label of labels) expect(numbers(label, 'x')[0]! + 7 * label.text.length).toBeLessThanOrEqual(300);
        const values = labels.map(({ text }) => Number(text.replace('M', 'e6').replace('k', 'e3')));
        for (const [i, value] of values.entries()) {
          expect(value).toBeGreaterThan(i === 0 ? -Infinity : values[i - 1]!);
          expect(Math.abs(value)).toBeLessThanOrEqual(most * (1 + 1e-12));
        }
      }
    },
  );

  test('cells stand from whole pixels to whole pixels, without gaps; of finer ones the strongest is seen', () => {
    const edges = (columns: number, at: number) => {
      const data = Array.from({ length: columns }, (_, i) => (i === at ? -2 : 1));
      const root = parse(svgHeatMap({ data, shape: [1, columns] }, { width: 300 }));
      const frame = numbers(ofClass(root, 'rect', 'rp-axis')[0]!, 'x', 'width') as [number, number];
      const map = ofClass(root, 'rect', 'rp-cell').filter((cell) => numbers(cell, 'x')[0]! < frame[0] + frame[1]);
      return { frame, map, cells: map.map((cell) => numbers(cell, 'x', 'width') as [number, number]) };
    };
    for (const columns of [1, 3, 77, 5000, 65536]) {
      const { frame, map, cells } = edges(columns, columns >> 1);
      expect(cells.length).toBe(Math.min(columns, frame[1]));
      let end = frame[0];
      for (const [x, width] of cells) {
        expect([x, Number.isInteger(x), width >= 1]).toEqual([end, true, true]);
        end = x + width;
      }
      expect(end).toBe(frame[0] + frame[1]);
      expect(map.filter(({ attributes }) => attributes['class'] === 'rp-c1 rp-cell').length).toBe(1);
    }
  });

  /** The labels of rows, and of columns. */
  const names = (root: Element): string[][] =>
    ['end', 'middle'].map((anchor) =>
      all(root, 'text')
        .filter(({ attributes }) => attributes['text-anchor'] === anchor)
        .map(({ text }) => text),
    );

  test('rows and columns go by their names, as many as can be read', () => {
    const data = Array.from({ length: 6 }, (_, i) => i);
    const options = { rowNames: ['a', '<b>'], columnNames: ['x', 'y', 'z'] };
    const root = parse(svgHeatMap({ data, shape: [2, 3] }, options));
    expect(names(root)).toEqual([
      ['a', '<b>'],
      ['x', 'y', 'z'],
    ]);
    const first = all(root, 'text').find(({ text }) => text === 'x');
    const cell = ofClass(root, 'rect', 'rp-cell').find(({ attributes }) => attributes['fill-opacity'] === '0.6')!;
    const [x, width] = numbers(cell, 'x', 'width') as [number, number];
    expect(numbers(first!, 'x')[0]).toBeCloseTo(x + width / 2, 0); // 3 of 5: row 1, column 0
    const many = Array.from({ length: 200 }, (_, i) => `word ${i}`);
    const [rows, columns] = names(
      parse(svgHeatMap({ data: new Float32Array(40_000), shape: [200, 200] }, { rowNames: many, columnNames: many })),
    );
    expect(rows!.length).toBeGreaterThan(10);
    expect(rows!.length).toBeLessThan(40);
    expect(columns!.length).toBeGreaterThan(3);
    expect(columns!.length).toBeLessThan(12);
    const places = columns!.map((name) => many.indexOf(name));
    expect(places).toEqual(places.map((_, i) => i * places[1]!));
  });

  test('zeros alone are an empty map', () => {
    expect(ofClass(parse(svgHeatMap({ data: [0, 0], shape: [1, 2] })), 'rect', 'rp-cell')).toEqual([]);
  });
});

describe('refusals', () => {
  const values = [1, 2];
  test.each<[() => string, typeof OptionError | typeof DataError | typeof ShapeError, string]>([
    [
      () => svgLines([{ name: 'a', values, x: [1] }]),
      OptionError,
      'svgLines: x of a must have one number for each of its 2 values, got 1.',
    ],
    [
      () => svgLines([], { yScale: 'square' as 'log' }),
      OptionError,
      'svgLines: yScale must be one of linear, log, got square.',
    ],
    [
      () => svgLines([], { bins: 3 } as LinesOptions),
      OptionError,
      "svgLines: unknown option 'bins'. Known options: title, xLabel, yLabel, width, height, yScale.",
    ],
    [
      () =>
        svgLines(
          Array.from({ length: 40 }, (_, i) => ({ name: `series ${i}`, values })),
          { height: 150 },
        ),
      OptionError,
      'svgLines: height must be at least 222 for the names of 40 series, got 150. Raise it, or draw fewer.',
    ],
    [
      () => svgLines({ name: 'a', values } as never),
      OptionError,
      'svgLines: series must be a list of { name, values }, got object.',
    ],
    [() => svgLines([{ values } as never]), OptionError, 'svgLines: series[0]: name must be a text, got undefined.'],
    [
      () => svgLines([{ name: 'a', values }, { name: 'b' } as never]),
      OptionError,
      'svgLines: series[1]: values must be an array of numbers, got undefined.',
    ],
    [
      () => svgLines([{ name: 'a', values, x: 3 } as never]),
      OptionError,
      'svgLines: series[0]: x must be an array of numbers, got number.',
    ],
    [
      () => svgLines([{ name: 'a', values, colour: 'red' } as never]),
      OptionError,
      "svgLines: series[0]: unknown option 'colour'. Known options: name, values, x.",
    ],
    [
      () => svgLines([null as never]),
      OptionError,
      'svgLines: series[0]: options must be an object, got null. Options: name, values, x.',
    ],
    [
      () => svgHeatMap({ data: values } as never),
      ShapeError,
      'svgHeatMap: matrix must be { data, shape: [rows, columns] }, got object.',
    ],
    [
      () => svgHeatMap(undefined as never),
      ShapeError,
      'svgHeatMap: matrix must be { data, shape: [rows, columns] }, got undefined.',
    ],
    [
      () => svgHistogram(undefined as never),
      DataError,
      'svgHistogram: values must be an array of numbers, got undefined.',
    ],
    [() => svgLines([], { width: 20 }), OptionError, 'svgLines: width must be a whole number of at least 200, got 20.'],
    [
      () => svgHeatMap({ data: values, shape: [1, 2] }, { height: 1.5 }),
      OptionError,
      'svgHeatMap: height must be a whole number of at least 150, got 1.5.',
    ],
    [
      () => svgHistogram(values, { title: 3 as unknown as string }),
      OptionError,
      'svgHistogram: title must be a text, got number.',
    ],
    [
      () => svgHistogram(values, { bins: 0 }),
      OptionError,
      'svgHistogram: bins must be a whole number of at least 1, got 0.',
    ],
    [() => svgHistogram([]), DataError, 'svgHistogram: values must be at least one number, got none.'],
    [() => svgHistogram([1, NaN]), DataError, 'svgHistogram: values must be finite, got NaN at 1. Leave it out.'],
    [
      () => svgHeatMap({ data: values, shape: [2] }),
      ShapeError,
      'svgHeatMap: matrix must be (rows, columns), neither of them 0, got (2,).',
    ],
    [
      () => svgHeatMap({ data: values, shape: [2, 1] }, { rowNames: ['a'] }),
      OptionError,
      'svgHeatMap: rowNames must be 2 texts, one for each of the rows, got 1.',
    ],
    [
      () => svgHeatMap({ data: values, shape: [2, 1] }, { rowNames: ['a', 'b'.repeat(20)], width: 200 }),
      OptionError,
      'svgHeatMap: width must be at least 282 for the names of the rows, got 200. Raise it, or shorten them.',
    ],
    [
      () => svgHeatMap({ data: values, shape: [2, 1] }, { columnNames: [1] as never }),
      OptionError,
      'svgHeatMap: columnNames must be 1 texts, one for each of the columns, got something else.',
    ],
    [
      () => svgHeatMap({ data: values, shape: [2, 2] }),
      ShapeError,
      'svgHeatMap: matrix of shape (2, 2) takes 4 values, got 2.',
    ],
    [
      () => svgHeatMap({ data: new Float32Array(300 * 300), shape: [300, 300] }),
      OptionError,
      'svgHeatMap: matrix must have at most 65536 cells, got 90000 from (300, 300). Show a part, or means of neighbours.',
    ],
  ])('%#', (run, type, message) => {
    const error = thrown(run);
    expect(error).toBeInstanceOf(type);
    expect(error.message).toBe(message);
  });
});
