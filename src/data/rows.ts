/** Examples that are rows of numbers of one width, such as pictures, side by side in batches. */

import { crc32 } from '../crc32.js';
import { DataError, ShapeError } from '../errors.js';
import { checkNumber } from '../options.js';
import { Random } from '../random.js';
import type { Examples } from './examples.js';
import type { FloatTensor } from './sequences.js';

/** Rows (N, I). Bytes stay bytes, at a quarter of the memory, until a batch asks for them. */
export class Rows implements Examples<FloatTensor> {
  /** N. */
  readonly count: number;
  /** I. */
  readonly width: number;
  readonly #data: Float32Array | Uint8Array;
  #fingerprint: string | undefined;

  /**
   * @param data (N, I), row-major: numbers as they are, or bytes that stand for 0 to 1
   * @throws ShapeError, DataError if there is no row
   */
  constructor(data: Float32Array | Uint8Array, width: number) {
    if (!(Number.isInteger(width) && width > 0) || data.length % width !== 0) {
      throw new ShapeError(`Rows: data must be (N, I) with I = ${width}, got ${data.length} numbers.`);
    }
    if (data.length === 0) throw new DataError('Rows: there is no row. Give at least one.');
    this.#data = data;
    this.width = width;
    this.count = data.length / width;
  }

  get fingerprint(): string {
    const { buffer, byteOffset, byteLength } = this.#data;
    this.#fingerprint ??= `${this.count}x${this.width} ${crc32(new Uint8Array(buffer, byteOffset, byteLength)).toString(16)}`;
    return this.#fingerprint;
  }

  /** A row is one step. */
  length(): number {
    return 1;
  }

  batch(indices: readonly number[]): FloatTensor {
    const { width } = this;
    const data = new Float32Array(indices.length * width);
    for (const [i, index] of indices.entries())
      data.set(this.#data.subarray(index * width, (index + 1) * width), i * width);
    const isBytes = this.#data instanceof Uint8Array;
    return { data: isBytes ? data.map((byte) => byte / 255) : data, shape: [indices.length, width] };
  }

  /** The same rows in another order, which follows from the seed. @throws OptionError */
  shuffled(seed: number): Rows {
    const order = Array.from({ length: this.count }, (_, i) => i);
    new Random(seed).shuffle(order);
    const { width } = this;
    // Not slice(), which of Node's Buffer is a view of the same bytes.
    const data = this.#data instanceof Uint8Array ? new Uint8Array(this.#data.length) : this.#data.slice();
    for (const [i, from] of order.entries()) data.set(this.#data.subarray(from * width, (from + 1) * width), i * width);
    return new Rows(data, width);
  }

  /**
   * Cuts off about the given fraction at the end, to test or validate on; at least one row.
   * @throws OptionError for a fraction outside (0, 1); DataError for too few rows
   */
  split(fraction: number): { readonly train: Rows; readonly held: Rows } {
    checkNumber('split', 'fraction', fraction, { above: 0, below: 1 });
    const cut = this.count - Math.max(1, Math.round(this.count * fraction));
    if (cut < 1) {
      throw new DataError(
        `split: each part needs a row, and fraction ${fraction} leaves none of ${this.count} to train on.`,
      );
    }
    const part = (from: number, to: number): Rows =>
      new Rows(this.#data.subarray(from * this.width, to * this.width), this.width);
    return { train: part(0, cut), held: part(cut, this.count) };
  }
}
