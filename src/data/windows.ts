/**
 * Windows for truncated backpropagation through time. The tokens are cut into B contiguous streams that run side by
 * side; window k holds the same stretch of time of every stream, so the state left by one window begins the next.
 */

import { DataError, OptionError } from '../errors.js';
import { checkChoice, checkKnown, checkSize } from '../options.js';

/** Whole numbers of shape (T, B), time-major. */
export interface IntTensor {
  readonly data: Int32Array;
  readonly shape: readonly [T: number, B: number];
}

/** One window: `targets[t, b]` is the token that follows `inputs[t, b]`. */
export interface Window {
  readonly inputs: IntTensor;
  readonly targets: IntTensor;
  readonly index: number;
}

/** How to cut tokens into windows. */
export interface WindowOptions {
  /** Streams side by side, B. */
  readonly batch: number;
  /** Time steps of a window, T. */
  readonly length: number;
  /** What to do with the shorter window at the end: 'drop' (default) or 'keep'. */
  readonly remainder?: 'drop' | 'keep' | undefined;
}

/**
 * Cuts n tokens into `batch` streams of S = floor((n - 1) / batch) predictions each, and the streams into windows.
 * @throws OptionError for an option that is unknown or out of range; DataError for too few tokens for one window.
 */
export function windows(tokens: Int32Array, options: WindowOptions): Windows {
  return new Windows(tokens, options);
}

/** The windows of one pass over the tokens, in order. */
export class Windows implements Iterable<Window> {
  /** The number of windows. */
  readonly count: number;
  /** The predictions they cover. */
  readonly tokens: number;
  readonly #source: Int32Array;
  readonly #batch: number;
  readonly #length: number;
  readonly #stream: number; // S, predictions of a stream

  /** As `windows`. */
  constructor(tokens: Int32Array, options: WindowOptions) {
    checkKnown('windows', options, ['batch', 'length', 'remainder']);
    const batch = checkSize('windows', 'batch', options.batch);
    const length = checkSize('windows', 'length', options.length);
    const keep = checkChoice('windows', 'remainder', options.remainder ?? 'drop', ['drop', 'keep']) === 'keep';
    const stream = Math.max(0, Math.floor((tokens.length - 1) / batch));
    if (stream < (keep ? 1 : length)) throw tooFew(tokens.length, batch, length, keep);
    this.count = keep ? Math.ceil(stream / length) : Math.floor(stream / length);
    this.tokens = batch * (keep ? stream : this.count * length);
    this.#source = tokens;
    this.#batch = batch;
    this.#length = length;
    this.#stream = stream;
  }

  /**
   * One window, in arrays of its own.
   * @throws OptionError for an index outside the windows.
   */
  at(index: number): Window {
    if (!Number.isInteger(index) || index < 0 || index >= this.count)
      throw new OptionError(`windows: index must be a whole number from 0 to ${this.count - 1}, got ${index}.`);
    return { inputs: this.#cut(index, 0), targets: this.#cut(index, 1), index };
  }

  /** The windows in order, each in arrays of its own. */
  *[Symbol.iterator](): Generator<Window> {
    for (let index = 0; index < this.count; index++) yield this.at(index);
  }

  /** Window `index` of the tokens `shift` places on: data[t, b] = tokens[b S + index T + t + shift]. */
  #cut(index: number, shift: number): IntTensor {
    const start = index * this.#length;
    const T = Math.min(this.#length, this.#stream - start);
    const B = this.#batch;
    const data = new Int32Array(T * B);
    for (let b = 0; b < B; b++) {
      const from = b * this.#stream + start + shift;
      for (let t = 0; t < T; t++) data[t * B + b] = this.#source[from + t]!;
    }
    return { data, shape: [T, B] };
  }
}

/**
 * The largest batch, at most the one given, whose streams are at least a window long: for a validation part smaller
 * than the training part. It is 1 when even one stream is shorter, which `remainder: 'keep'` still accepts.
 * @throws OptionError for an option that is unknown or out of range; DataError for fewer than two tokens.
 */
export function fitBatch(tokens: Int32Array, options: { readonly batch: number; readonly length: number }): number {
  checkKnown('fitBatch', options, ['batch', 'length']);
  const batch = checkSize('fitBatch', 'batch', options.batch);
  const length = checkSize('fitBatch', 'length', options.length);
  const predictions = tokens.length - 1;
  if (predictions < 1) throw new DataError(`fitBatch: tokens must be at least two, got ${tokens.length}.`);
  return Math.max(1, Math.min(batch, Math.floor(predictions / length)));
}

function tooFew(tokens: number, batch: number, length: number, keep: boolean): DataError {
  const needs = (keep ? batch : batch * length) + 1;
  const sizes = keep ? `batch ${batch}` : `batch ${batch} x length ${length}`;
  const fix = keep ? 'Lower the batch.' : 'Lower the batch or the window.';
  const counted = `${tokens.toLocaleString('en')} token${tokens === 1 ? '' : 's'}`;
  return new DataError(
    `windows: ${counted} are too few: ${sizes} needs at least ${needs.toLocaleString('en')}. ${fix}`,
  );
}
