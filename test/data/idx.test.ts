/** IDX files: every type of number, pictures as rows, and files that are something else. */

import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeIdx, idxImages, isGzip } from '../../src/data/idx.js';
import { DataError } from '../../src/errors.js';
import { idxFile } from './idx-file.js';

describe('numbers', () => {
  test.each<[string, number, number, (view: DataView, at: number, value: number) => void]>([
    ['uint8', 0x08, 1, (view, at, value) => view.setUint8(at, value + 128)],
    ['int8', 0x09, 1, (view, at, value) => view.setInt8(at, value)],
    ['int16', 0x0b, 2, (view, at, value) => view.setInt16(at, 300 * value)],
    ['int32', 0x0c, 4, (view, at, value) => view.setInt32(at, 1e6 * value)],
    ['float32', 0x0d, 4, (view, at, value) => view.setFloat32(at, value / 4)],
    ['float64', 0x0e, 8, (view, at, value) => view.setFloat64(at, value / 3)],
  ])('%s', (name, code, bytes, set) => {
    const values = [-3, -2, -1, 0, 1, 2];
    const body = new DataView(new ArrayBuffer(values.length * bytes));
    for (const [i, value] of values.entries()) set(body, i * bytes, value);
    // At an odd address, as a part of a larger buffer may be.
    const file = idxFile([2, 3], new Uint8Array(body.buffer), code);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const { type, data, shape } = decodeIdx(shifted.subarray(1), 'file');
    const wanted = { uint8: (v: number) => v + 128, int16: (v: number) => 300 * v, int32: (v: number) => 1e6 * v };
    const scaled = { ...wanted, float32: (v: number) => v / 4, float64: (v: number) => v / 3 };
    const same = (v: number): number => v;
    expect(type).toBe(name);
    expect(shape).toEqual([2, 3]);
    expect(Array.from(data)).toEqual(values.map((scaled as Record<string, typeof same>)[name] ?? same));
  });
});

describe('pictures', () => {
  test('are rows from 0 to 1', () => {
    const { rows, height, width } = idxImages(
      idxFile([2, 2, 3], [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6]),
      'file',
    );
    expect([rows.count, rows.width, height, width]).toEqual([2, 6, 2, 3]);
    const { data, shape } = rows.batch([1, 0]);
    expect(shape).toEqual([2, 6]);
    expect(Array.from(data)).toEqual(
      [1, 2, 3, 4, 5, 6, 0, 51, 102, 153, 204, 255].map((byte) => Math.fround(byte / 255)),
    );
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'nothing',
      new Uint8Array(0),
      /^file: this is no IDX file, which begins .*: the file is empty\. Give a file of images/,
    ],
    ['a text', new TextEncoder().encode('5,0,0'), /^file: this is no IDX file.*: it begins with 35 2c 30 2c\. Give/],
    [
      'an unknown type',
      Uint8Array.of(0, 0, 0x0a, 1, 0, 0, 0, 0),
      /^file: this is no IDX file.*begins with 00 00 0a 01/,
    ],
    ['no axes', Uint8Array.of(0, 0, 8, 0, 7), /^file: this is no IDX file.*begins with 00 00 08 00/],
    [
      'a header cut off',
      idxFile([2, 2, 3], []).subarray(0, 9),
      /^file: its header of 3 axes takes 16 bytes, and the file has 9: it is cut off\./,
    ],
    [
      'a file cut off',
      idxFile([2, 2, 3], [1, 2, 3]),
      /^file: uint8 of \(2, 2, 3\) take 28 bytes, and the file has 19: it is cut off\. Get it again\.$/,
    ],
    [
      'too many bytes',
      idxFile([1], [1, 2, 3]),
      /^file: uint8 of \(1,\) take 9 bytes, and the file has 11: it is damaged\. Get it again\.$/,
    ],
    [
      'labels',
      idxFile([3], [7, 2, 1]),
      /^file: pictures must be .*, got uint8 of \(3,\), which are labels\. Give a file of images/,
    ],
    [
      'pictures of whole numbers',
      idxFile([1, 1, 1], [0, 0, 0, 1], 0x0c),
      /^file: pictures must be .*, got int32 of \(1, 1, 1\)\. Give/,
    ],
    ['no pictures', idxFile([0, 28, 28], []), /none of them 0, got uint8 of \(0, 28, 28\)\. Give/],
    [
      'compressed pictures',
      gzipSync(idxFile([1, 1, 1], [5])),
      /^file: the file is compressed by gzip\. Decompress it first/,
    ],
  ])('are not %s', (_, bytes, message) => {
    expect(() => idxImages(bytes, 'file')).toThrow(DataError);
    expect(() => idxImages(bytes, 'file')).toThrow(message);
  });

  test('a gzip file is told by its first bytes', () => {
    expect(isGzip(gzipSync('x'))).toBe(true);
    expect(isGzip(idxFile([1], [1]))).toBe(false);
  });
});
