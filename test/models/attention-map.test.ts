/** Attention as a picture: names on both sides, a cell for each weight. */

import { expect, test } from 'vitest';
import { OptionError } from '../../src/errors.js';
import { svgAttention } from '../../src/models/attention-map.js';
import { all, numbers, ofClass, parse } from '../plot/markup.js';

const matrix = {
  data: Float32Array.of(1, 0, 0, 0.25, 0.75, 0, 0, 0, 1),
  shape: [3, 3],
  source: ['a', ' ', 'b'],
  target: ['x', 'y', '<s>'],
} as const;

test('tokens of the target are rows, those of the source columns, white space a sign', () => {
  const root = parse(svgAttention(matrix, { title: 'a b' }));
  const texts = all(root, 'text').map(({ text }) => text);
  for (const name of ['a b', 'source', 'target', 'a', '\u2423', 'b', 'x', 'y', '(end)']) expect(texts).toContain(name);
  expect(texts).not.toContain('<s>');
  const opacities = ofClass(root, 'rect', 'rp-cell')
    .slice(0, 4)
    .map(({ attributes }) => attributes['fill-opacity']);
  expect(opacities).toEqual(['1', '0.25', '0.75', '1']);
});

test('the size follows the tokens, unless it is given', () => {
  const size = (svg: string): number[] => numbers(parse(svg), 'width', 'height');
  const [width, height] = size(svgAttention(matrix));
  const long = { ...matrix, data: new Float32Array(9), source: matrix.source.map((name) => name.repeat(9)) };
  expect(size(svgAttention(long))[0]).toBeGreaterThan(width!);
  expect(height).toBe(150);
  expect(size(svgAttention(matrix, { width: 300, height: 310 }))).toEqual([300, 310]);
});

test('names are not to be given', () => {
  expect(() => svgAttention(matrix, { rowNames: ['a'] } as object)).toThrow(
    new OptionError("svgAttention: unknown option 'rowNames'. Known options: title, xLabel, yLabel, width, height."),
  );
});

test('a title has room, and full-width characters take that of two', () => {
  const width = (given: typeof matrix | object, title: string = ''): number =>
    numbers(parse(svgAttention({ ...matrix, ...given }, { title })), 'width')[0]!;
  const [short, long] = ['a', 'a'.repeat(60)];
  expect(width({}, short)).toBe(width({}));
  // Letters of the title are of 15 pixels, half as wide as high and a little more, as they are bold.
  expect(width({}, long)).toBeGreaterThan(60 * 8.5);
  expect(width({}, '\u732b'.repeat(30))).toBe(width({}, long));
  const source = (name: string) => ({ source: [name, name, name] });
  expect(width(source('\u732b\u304c'.repeat(5)))).toBe(width(source('abcd'.repeat(5))));
  expect(width(source('\u00e9\u00df'.repeat(5)))).toBe(width(source('ab'.repeat(5))));
});
