/** Pictures as files: read back by zlib and by the checksums of the format; grids of them; what is refused. */

import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../src/errors.js';
import { imageGrid } from '../../src/plot/image-grid.js';
import { encodePng, svgImage } from '../../src/plot/png.js';
import { Random } from '../../src/random.js';
import { parse } from './markup.js';

/** The pixels of a grey PNG, every length and checksum checked. */
function decodePng(bytes: Uint8Array): { width: number; height: number; data: number[] } {
  const file = Buffer.from(bytes);
  expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const named = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  expect([...header.subarray(8)]).toEqual([8, 0, 0, 0, 0]);
  const lines = inflateSync(chunks.get('IDAT')!);
  expect(lines.length).toBe(height * (width + 1));
  const rows = Array.from({ length: height }, (_, y) => [...lines.subarray(y * (width + 1), (y + 1) * (width + 1))]);
  expect(rows.every(([filter]) => filter === 0)).toBe(true);
  return { width, height, data: rows.flatMap((row) => row.slice(1)) };
}

function noise(width: number, height: number): { width: number; height: number; data: Uint8Array } {
  const random = new Random(1);
  return { width, height, data: Uint8Array.from({ length: width * height }, () => random.integer(256)) };
}

describe('files', () => {
  // 65535 bytes are a stored block: less, exactly one, a byte more, several.
  test.each([
    [1, 1],
    [5, 3],
    [254, 257],
    [65534, 1],
    [65535, 1],
    [400, 500],
  ])('PNG of %i by %i', (width, height) => {
    const image = noise(width, height);
    const { data, ...sizes } = decodePng(encodePng(image));
    expect(sizes).toEqual({ width, height });
    expect(Buffer.compare(Buffer.from(data), Buffer.from(image.data))).toBe(0);
  });

  test('SVG holds the PNG and the title', () => {
    const image = noise(6, 4);
    const svg = parse(svgImage(image, 'a < b'));
    expect(svg.attributes).toMatchObject({ viewBox: '0 0 6 4', width: '6', height: '4' });
    const [title, picture] = svg.children;
    expect(title!.text).toBe('a < b');
    const bytes = Buffer.from(picture!.attributes['href']!.split(',')[1]!, 'base64');
    expect(decodePng(bytes).data).toEqual([...image.data]);
    expect(parse(svgImage(image)).children.length).toBe(1);
  });

  test('pixels that are too few', () => {
    expect(() => encodePng({ width: 3, height: 2, data: new Uint8Array(5) })).toThrow(
      new ShapeError('encodePng: data must hold (height, width) = (2, 3), got 5 pixels.'),
    );
    expect(() => encodePng({ width: 0, height: 2, data: new Uint8Array(0) })).toThrow(ShapeError);
  });
});

describe('grids', () => {
  const images = { data: [0, 1, 0.5, 2, -1, 0.2, 0, 0, 1, 1, 1, 1], shape: [3, 4] };

  test('pictures stand in rows, cut to black and white, with a frame of grey', () => {
    const { width, height, data } = imageGrid(images, { gap: 1 });
    expect([width, height]).toEqual([7, 7]);
    const g = 96;
    expect([...data]).toEqual([
      ...[g, g, g, g, g, g, g],
      ...[g, 0, 255, g, 0, 51, g],
      ...[g, 128, 255, g, 0, 0, g],
      ...[g, g, g, g, g, g, g],
      ...[g, 255, 255, g, g, g, g],
      ...[g, 255, 255, g, g, g, g],
      ...[g, g, g, g, g, g, g],
    ]);
  });

  test('of another width, in so many columns, each pixel larger', () => {
    const { width, height, data } = imageGrid(images, { width: 4, columns: 1, gap: 0, scale: 2 });
    expect([width, height]).toEqual([8, 6]);
    expect([...data.subarray(0, 16)]).toEqual([0, 0, 255, 255, 128, 128, 255, 255, 0, 0, 255, 255, 128, 128, 255, 255]);
  });

  test('that cannot be', () => {
    const grid =
      (shape: number[], options = {}) =>
      () =>
        imageGrid({ data: images.data, shape }, options);
    expect(grid([2, 6])).toThrow(
      new OptionError('imageGrid: pictures have 6 pixels, which make no square. Give the width of a picture.'),
    );
    expect(grid([2, 6], { width: 4 })).toThrow(
      new OptionError('imageGrid: pictures have 6 pixels, which make no rows of width 4. Give the width of a picture.'),
    );
    expect(grid([3, 2, 2])).toThrow(
      new ShapeError('imageGrid: images must be (n, pixels), neither of them 0, got (3, 2, 2).'),
    );
    expect(grid([0, 4])).toThrow(ShapeError);
    expect(grid([4, 4])).toThrow(new ShapeError('imageGrid: images of shape (4, 4) take 16 values, got 12.'));
    for (const name of ['width', 'columns', 'scale']) expect(grid([3, 4], { [name]: 0 })).toThrow(OptionError);
    expect(grid([3, 4], { gap: -1 })).toThrow(OptionError);
    expect(grid([3, 4], { border: 1 })).toThrow(/unknown option 'border'/);
  });
});
