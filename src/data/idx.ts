/**
 * IDX files, the format of the MNIST collection (LeCun, Cortes and Burges 1998): two zero bytes, a byte for the type
 * of the numbers, a byte for the number of axes, the length of each axis as a big-endian 32-bit integer, then the
 * numbers, row-major and big-endian. Pictures are bytes (count, height, width), labels bytes (count).
 */

import { DataError } from '../errors.js';
import { formatShape, sizeOf } from '../shape.js';
import { Rows } from './rows.js';

/** The numbers of an IDX file with their shape. */
export interface IdxArray {
  readonly type: string;
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
  readonly shape: readonly number[];
}

/** The pictures of an IDX file as rows of numbers from 0 to 1. */
export interface IdxImages {
  /** (count, height width). */
  readonly rows: Rows;
  readonly height: number;
  readonly width: number;
}

type Reader = (view: DataView, at: number) => number;

/** The types by the byte that stands for each. */
const TYPES: ReadonlyMap<
  number,
  { name: string; bytes: number; make: new (n: number) => IdxArray['data']; read: Reader }
> = new Map([
  [0x08, { name: 'uint8', bytes: 1, make: Uint8Array, read: (view, at) => view.getUint8(at) }],
  [0x09, { name: 'int8', bytes: 1, make: Int8Array, read: (view, at) => view.getInt8(at) }],
  [0x0b, { name: 'int16', bytes: 2, make: Int16Array, read: (view, at) => view.getInt16(at) }],
  [0x0c, { name: 'int32', bytes: 4, make: Int32Array, read: (view, at) => view.getInt32(at) }],
  [0x0d, { name: 'float32', bytes: 4, make: Float32Array, read: (view, at) => view.getFloat32(at) }],
  [0x0e, { name: 'float64', bytes: 8, make: Float64Array, read: (view, at) => view.getFloat64(at) }],
]);

/** Whether bytes are those of a gzip file (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Reads an IDX file.
 * @param name what the file is called in messages
 * @throws DataError for another format, one that is compressed, and one that is cut off or too long
 */
export function decodeIdx(bytes: Uint8Array, name: string): IdxArray {
  if (isGzip(bytes)) {
    throw new DataError(`${name}: the file is compressed by gzip. Decompress it first, as gunzip does.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes.length >= 4 && view.getUint16(0) === 0 ? TYPES.get(bytes[2]!) : undefined;
  const axes = bytes[3] ?? 0;
  if (type === undefined || axes === 0) throw notIdx(bytes, name);
  const begin = 4 + 4 * axes;
  if (bytes.length < begin) throw cutOff(name, `its header of ${axes} axes takes ${begin} bytes`, bytes.length);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const n = sizeOf(shape);
  const end = begin + n * type.bytes;
  const wanted = `${type.name} of ${formatShape(shape)} take ${end} bytes`;
  if (bytes.length < end) throw cutOff(name, wanted, bytes.length);
  if (bytes.length > end) {
    throw new DataError(`${name}: ${wanted}, and the file has ${bytes.length}: it is damaged. Get it again.`);
  }
  if (type.make === Uint8Array) return { type: type.name, data: bytes.subarray(begin), shape };
  const data = new type.make(n);
  for (let i = 0; i < n; i++) data[i] = type.read(view, begin + i * type.bytes);
  return { type: type.name, data, shape };
}

/**
 * Reads the pictures of an IDX file, bytes of brightness, as rows of numbers from 0 to 1.
 * @param name what the file is called in messages
 * @throws DataError, also for a file of something else, such as labels
 */
export function idxImages(bytes: Uint8Array, name: string): IdxImages {
  const { type, data, shape } = decodeIdx(bytes, name);
  const [, height = 0, width = 0] = shape;
  if (shape.length === 3 && data instanceof Uint8Array && data.length > 0) {
    return { rows: new Rows(data, height * width), height, width };
  }
  const got = `${type} of ${formatShape(shape)}`;
  const what = shape.length === 1 ? `${got}, which are labels` : got;
  throw new DataError(
    `${name}: pictures must be uint8 of (count, height, width), none of them 0, got ${what}. Give a file of images, such as train-images-idx3-ubyte.`,
  );
}

function notIdx(bytes: Uint8Array, name: string): DataError {
  const begin = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const got = bytes.length === 0 ? 'the file is empty' : `it begins with ${begin}`;
  return new DataError(
    `${name}: this is no IDX file, which begins with 00 00, a type from 08 to 0e and a number of axes: ${got}. Give a file of images, such as train-images-idx3-ubyte.`,
  );
}

function cutOff(name: string, wanted: string, length: number): DataError {
  return new DataError(`${name}: ${wanted}, and the file has ${length}: it is cut off. Get it again.`);
}
