/** Sequences of unlike length as examples: padded side by side, time-major, with the steps of each. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError, ShapeError } from '../errors.js';
import { checkKnown, checkNumber } from '../options.js';
import type { Examples } from './examples.js';
import type { FloatTensor, IdTensor } from './sequences.js';
import { countSymbols } from './symbol-count.js';
import type { SymbolCount } from './symbol-count.js';
import { sentences } from './tokenizer.js';
import type { Level } from './tokenizer.js';
import { BEGINNING, PADDING, Vocabulary } from './vocabulary.js';

/** Sequences side by side. */
export interface RaggedBatch {
  /** Values (T, B, I), or ids (T, B); behind the end of a shorter sequence zeros. */
  readonly inputs: FloatTensor | IdTensor;
  /** The steps of each, (B). */
  readonly lengths: Int32Array;
}

/** Sequences of ids, or of I values a step. */
export class Sequences implements Examples<RaggedBatch> {
  readonly count: number;
  /** I; 0 for ids. */
  readonly width: number;
  readonly #sequences: readonly (Int32Array | Float32Array)[];
  readonly #vocabulary: Vocabulary | undefined;
  #fingerprint: string | undefined;

  /**
   * @param sequences ids each, or the values (T, I) of each, row-major
   * @param width I, of values. Default 1
   * @param vocabulary what ids are of: others are other sequences then
   * @throws DataError for none, an empty one, or ids beside values; ShapeError for values that are no whole steps
   */
  constructor(sequences: readonly (Int32Array | Float32Array)[], width: number = 1, vocabulary?: Vocabulary) {
    const [head] = sequences;
    if (head === undefined) throw new DataError('Sequences: there is no sequence. Give at least one.');
    const areIds = head instanceof Int32Array;
    for (const [i, sequence] of sequences.entries()) {
      if (sequence.length === 0) throw new DataError(`Sequences: sequence ${i} is empty. Leave it out.`);
      if (sequence instanceof Int32Array !== areIds) {
        const [got, wanted] = areIds ? ['values', 'ids'] : ['ids', 'values'];
        throw new DataError(`Sequences: sequence ${i} holds ${got}, and sequence 0 ${wanted}. Give one kind.`);
      }
      if (areIds || sequence.length % width === 0) continue;
      throw new ShapeError(`Sequences: sequence ${i} must be (T, I) with I = ${width}, got ${sequence.length} values.`);
    }
    this.#sequences = sequences;
    this.#vocabulary = vocabulary;
    this.count = sequences.length;
    this.width = areIds ? 0 : width;
  }

  /**
   * A sequence of ids for each line of a text that holds something, and the vocabulary they are of.
   * @param options.vocabulary encode with this one instead of building one from the text
   * @throws OptionError; DataError for a text without symbols
   */
  static fromLines(
    text: string,
    options: LineOptions,
  ): { readonly sequences: Sequences; readonly vocabulary: Vocabulary } {
    checkKnown('Sequences.fromLines', options, ['level', 'locale', 'vocabSize', 'vocabulary']);
    const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
    const vocabulary =
      options.vocabulary === undefined ? vocabularyOf(lines, options) : settled(options.vocabulary, options);
    const ids = lines.map((line) => lineIds(line, vocabulary));
    return { sequences: new Sequences(ids, 1, vocabulary), vocabulary };
  }

  get fingerprint(): string {
    this.#fingerprint ??= `${this.count}x${this.width} ${this.#checksum().toString(16)}`;
    return this.#fingerprint;
  }

  #checksum(): number {
    return this.#sequences.reduce((before, { buffer, byteOffset, byteLength }) => {
      const length = new Uint8Array(Int32Array.of(byteLength).buffer);
      return crc32(new Uint8Array(buffer, byteOffset, byteLength), crc32(length, before));
    }, this.#vocabulary?.checksum ?? 0);
  }

  length(i: number): number {
    return this.#sequences[i]!.length / (this.width || 1);
  }

  symbolCount(): SymbolCount | undefined {
    return this.width === 0 ? countSymbols(this.#sequences as readonly Int32Array[]) : undefined;
  }

  batch(indices: readonly number[]): RaggedBatch {
    return padded(
      indices.map((i) => this.#sequences[i]!),
      this.width,
    );
  }

  /**
   * Cuts off about the given fraction at the end, to validate on; at least one sequence.
   * @throws OptionError for a fraction outside (0, 1); DataError for too few sequences
   */
  split(fraction: number): { readonly train: Sequences; readonly held: Sequences } {
    checkNumber('split', 'fraction', fraction, { above: 0, below: 1 });
    const cut = this.count - Math.max(1, Math.round(this.count * fraction));
    if (cut < 1) {
      throw new DataError(
        `split: each part needs a sequence, and fraction ${fraction} leaves none of ${this.count} to train on.`,
      );
    }
    const part = (from: number, to: number): Sequences =>
      new Sequences(this.#sequences.slice(from, to), this.width || 1, this.#vocabulary);
    return { train: part(0, cut), held: part(cut, this.count) };
  }
}

/** How lines become ids: by a vocabulary of their own, or by the one of a model. */
export interface LineOptions {
  /** Required without `vocabulary`. */
  readonly level?: Level | undefined;
  /** Language of the lines, for words only. Default 'en'. */
  readonly locale?: string | undefined;
  /** How many of the most frequent symbols to keep, the reserved ones not counted. Default: all. */
  readonly vocabSize?: number | undefined;
  readonly vocabulary?: Vocabulary | undefined;
}

/** Line breaks are no symbols: each line is a sequence of its own. */
function vocabularyOf(lines: readonly string[], { level, locale, vocabSize: size }: LineOptions): Vocabulary {
  return Vocabulary.fromText(lines.join(level === 'char' ? '' : '\n'), { level: level!, locale, size });
}

/** @throws OptionError for what the vocabulary decides already */
function settled(vocabulary: Vocabulary, options: LineOptions): Vocabulary {
  const given = (['level', 'locale', 'vocabSize'] as const).find((name) => options[name] !== undefined);
  if (given === undefined) return vocabulary;
  throw new OptionError(
    `Sequences.fromLines: ${given} cannot be given with vocabulary, which settles it. Leave it out.`,
  );
}

/** The ids of one line, without anything at its ends. */
export function lineIds(line: string, vocabulary: Vocabulary): Int32Array {
  if (vocabulary.level === 'char') return vocabulary.encode(line);
  const words = Array.from(sentences(line, vocabulary.locale)).flatMap((sentence) => sentence.words);
  return Int32Array.from(words, (word) => vocabulary.idOf(word));
}

/** Sequences side by side. @param width I; 0 for ids */
export function padded(sequences: readonly (Int32Array | Float32Array)[], width: number): RaggedBatch {
  const step = width || 1;
  const B = sequences.length;
  const lengths = Int32Array.from(sequences, ({ length }) => length / step);
  const T = lengths.reduce((a, b) => Math.max(a, b), 0);
  const data = width === 0 ? new Int32Array(T * B).fill(PADDING) : new Float32Array(T * B * width);
  for (const [b, sequence] of sequences.entries()) {
    for (let i = 0; i < sequence.length; i++) data[(Math.floor(i / step) * B + b) * step + (i % step)] = sequence[i]!;
  }
  const shape = width === 0 ? [T, B] : [T, B, width];
  return { inputs: { data, shape } as FloatTensor | IdTensor, lengths };
}

/** Ids and behind them the end: the id that begins is also the one that ends, as in a corpus. */
export function withEnd({
  inputs: { data, shape },
  lengths,
}: RaggedBatch): RaggedBatch & { readonly inputs: IdTensor } {
  const [T, B] = shape as readonly [number, number];
  const ended = new Int32Array((T + 1) * B);
  ended.set(data as Int32Array);
  for (const [b, length] of lengths.entries()) ended[length * B + b] = BEGINNING;
  return { inputs: { data: ended, shape: [T + 1, B] }, lengths: lengths.map((length) => length + 1) };
}

/** What stood one step before, (T, ...): first `begin`, then the inputs. */
export function shifted(
  { data }: FloatTensor | IdTensor,
  shape: readonly number[],
  begin: number,
): FloatTensor | IdTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const step = size / shape[0]!;
  const made = data instanceof Int32Array ? new Int32Array(size) : new Float32Array(size);
  made.fill(begin, 0, step);
  made.set(data.subarray(0, size - step), step);
  return { data: made, shape } as FloatTensor | IdTensor;
}

/** How many sequences of ids are the same in both. */
export function countEqual(a: RaggedBatch, b: RaggedBatch): number {
  const B = a.lengths.length;
  return Array.from(a.lengths).filter((length, k) => {
    if (b.lengths[k] !== length) return false;
    for (let t = 0; t < length; t++) if (a.inputs.data[t * B + k] !== b.inputs.data[t * B + k]) return false;
    return true;
  }).length;
}
