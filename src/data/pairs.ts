/** Pairs of a source and a target text, such as sentences and their translations, as ids side by side. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkChoice, checkFlag, checkKnown, checkNumber } from '../options.js';
import type { Examples } from './examples.js';
import { IGNORED } from './sequences.js';
import type { IdTensor } from './sequences.js';
import { countSymbols } from './symbol-count.js';
import type { SymbolCount } from './symbol-count.js';
import { LEVELS } from './tokenizer.js';
import type { Level } from './tokenizer.js';
import { BEGINNING, PADDING, Vocabulary } from './vocabulary.js';

/** A source and its target. */
export type TextPair = readonly [source: string, target: string];

/** The symbols of both sides. */
export interface PairVocabularies {
  readonly source: Vocabulary;
  /** The same object where both sides share one. */
  readonly target: Vocabulary;
}

/** How to turn pairs of texts into ids: by vocabularies of their own, or by those of a model. */
export interface PairOptions {
  /** Required without `vocabularies`. */
  readonly level?: Level | undefined;
  /** Language of the sources as a BCP 47 tag, for words only. Default 'en'. */
  readonly locale?: string | undefined;
  /** Language of the targets. Default: that of the sources. */
  readonly targetLocale?: string | undefined;
  /** How many of the most frequent symbols each vocabulary keeps, the reserved ones not counted. Default: all. */
  readonly vocabSize?: number | undefined;
  /** Whether both sides have one vocabulary. Default false. */
  readonly shared?: boolean | undefined;
  /** Encode with these instead of building vocabularies from the pairs. */
  readonly vocabularies?: PairVocabularies | undefined;
  /** What the text is called in messages. Default 'TSV'. */
  readonly name?: string | undefined;
}

/** Pairs side by side, time-major. */
export interface PairBatch {
  /** (S, B), PADDING behind the end of a shorter source. */
  readonly source: IdTensor;
  /** (B): ids of each source. */
  readonly sourceLengths: Int32Array;
  /** (T, B), what the decoder reads: BEGINNING, then the target; PADDING behind its end. */
  readonly inputs: IdTensor;
  /** (T, B), what it should say: the target, then BEGINNING, which ends it; IGNORED behind. */
  readonly targets: IdTensor;
  /** (B): ids of each target, that of its end included. */
  readonly targetLengths: Int32Array;
}

const OPERATION = 'Pairs';
const OPTIONS = ['level', 'locale', 'targetLocale', 'vocabSize', 'shared', 'vocabularies', 'name'] as const;

/** A source and a target as ids, without reserved ones around them. */
type IdPair = readonly [source: Int32Array, target: Int32Array];

/** Pairs as examples to learn from. */
export class Pairs implements Examples<PairBatch> {
  readonly vocabularies: PairVocabularies;
  readonly #pairs: readonly IdPair[];

  private constructor(pairs: readonly IdPair[], vocabularies: PairVocabularies) {
    this.#pairs = pairs;
    this.vocabularies = vocabularies;
  }

  /**
   * Reads tab-separated values: on each line a source, a tab, a target.
   * @throws DataError for a line that is no pair, or a text without lines; OptionError for options that are unknown,
   * out of range or contradict each other
   */
  static fromTsv(text: string, options: PairOptions): Pairs {
    checkKnown(`${OPERATION}.fromTsv`, options, OPTIONS);
    return Pairs.fromPairs(readTsv(text, options.name ?? 'TSV'), options);
  }

  /**
   * Pairs that are split already.
   * @throws DataError for no pairs, or an empty side; OptionError as `fromTsv`
   */
  static fromPairs(pairs: readonly TextPair[], options: PairOptions): Pairs {
    checkKnown(`${OPERATION}.fromPairs`, options, OPTIONS);
    const { name = 'pairs' } = options;
    if (pairs.length === 0) throw new DataError(`${name}: there is no pair. Give at least one.`);
    for (const [i, sides] of pairs.entries()) checkSides(`${name}: pair ${i}`, sides);
    const vocabularies = checkVocabularies(options) ?? buildVocabularies(pairs, options);
    const { source, target } = vocabularies;
    const encoded = pairs.map(([from, to]): IdPair => [encodeSide(source, from), encodeSide(target, to)]);
    return new Pairs(encoded, vocabularies);
  }

  /** The number of pairs. */
  get count(): number {
    return this.#pairs.length;
  }

  /** A checksum of all ids and of the symbols behind them. */
  get fingerprint(): string {
    const { source, target } = this.vocabularies;
    let sum = crc32(new TextEncoder().encode(JSON.stringify([source, target])));
    for (const { length, buffer, byteOffset, byteLength } of this.#pairs.flat()) {
      sum = crc32(new Uint8Array(Int32Array.of(length).buffer), sum);
      sum = crc32(new Uint8Array(buffer, byteOffset, byteLength), sum);
    }
    return sum.toString(16).padStart(8, '0');
  }

  /** Ids of source and target. */
  length(i: number): number {
    const [source, target] = this.#pairs[i]!;
    return source.length + target.length;
  }

  /** Of both sides. */
  symbolCount(): SymbolCount {
    return countSymbols(this.#pairs.flat());
  }

  /** The pairs of these indices side by side. */
  batch(indices: readonly number[]): PairBatch {
    const pairs = indices.map((i) => this.#pairs[i]!);
    const ended = pairs.map(([, target]) => [...target, BEGINNING]);
    return {
      ...sourceBatch(pairs.map(([source]) => source)),
      inputs: sideBySide(
        pairs.map(([, target]) => [BEGINNING, ...target]),
        PADDING,
      ),
      targets: sideBySide(ended, IGNORED),
      targetLengths: lengthsOf(ended),
    };
  }

  /**
   * Cuts off about the given fraction at the end for validation.
   * @throws OptionError for a fraction outside (0, 1); DataError where a part would be empty
   */
  split(validFraction: number): { train: Pairs; valid: Pairs } {
    checkNumber('split', 'validFraction', validFraction, { above: 0, below: 1 });
    const cut = Math.round(this.count * (1 - validFraction));
    if (cut === 0 || cut === this.count) {
      throw new DataError(
        `split: each part needs a pair, validFraction ${validFraction} cuts ${this.count} into ${cut} and ` +
          `${this.count - cut}. Give more pairs, or another fraction.`,
      );
    }
    const part = (from: number, to: number): Pairs => new Pairs(this.#pairs.slice(from, to), this.vocabularies);
    return { train: part(0, cut), valid: part(cut, this.count) };
  }
}

/** The ids of one side, without reserved ones around them. */
export function encodeSide(vocabulary: Vocabulary, text: string): Int32Array {
  const ids = vocabulary.encode(text);
  return vocabulary.level === 'char' ? ids : ids.slice(1, -1);
}

/** Sources side by side, (S, B), and their lengths. */
export function sourceBatch(sources: readonly ArrayLike<number>[]): Pick<PairBatch, 'source' | 'sourceLengths'> {
  return { source: sideBySide(sources, PADDING), sourceLengths: lengthsOf(sources) };
}

function lengthsOf(sides: readonly ArrayLike<number>[]): Int32Array {
  return Int32Array.from(sides, ({ length }) => length);
}

/** (T, B), T the longest, `filler` behind the others. */
function sideBySide(sides: readonly ArrayLike<number>[], filler: number): IdTensor {
  const B = sides.length;
  const T = sides.reduce((longest, { length }) => Math.max(longest, length), 0);
  const data = new Int32Array(T * B).fill(filler);
  for (const [b, ids] of sides.entries()) for (let t = 0; t < ids.length; t++) data[t * B + b] = ids[t]!;
  return { data, shape: [T, B] };
}

/** The pairs of a text, one a line; line breaks at its end do not count. @throws DataError */
function readTsv(text: string, name: string): TextPair[] {
  const lines = text.replace(/[\r\n]+$/, '').split(/\r\n|\r|\n/);
  if (lines.length === 1 && lines[0] === '') {
    throw new DataError(`${name}: the file is empty. Give a source, a tab and a target on each line.`);
  }
  return lines.map((line, i) => {
    const sides = line.split('\t');
    if (sides.length !== 2) throw notAPair(`${name}:${i + 1}`, sides.length);
    checkSides(`${name}:${i + 1}`, sides as [string, string]);
    return sides as [string, string];
  });
}

function notAPair(where: string, columns: number): DataError {
  const fix = columns === 1 ? 'Put a tab between source and target.' : 'Take the other columns out.';
  const got = columns === 1 ? '1 column' : `${columns} columns`;
  return new DataError(`${where}: a line must be a source, a tab and a target, got ${got}. ${fix}`);
}

function checkSides(where: string, sides: TextPair): void {
  const empty = sides.findIndex((side) => side.trim() === '');
  if (empty < 0) return;
  const name = empty === 0 ? 'source' : 'target';
  throw new DataError(`${where}: the ${name} must not be empty. Fill it in, or leave the pair out.`);
}

/** The vocabularies that were given, if any. @throws OptionError */
function checkVocabularies(options: PairOptions): PairVocabularies | undefined {
  const { vocabularies } = options;
  if (vocabularies === undefined) return undefined;
  checkKnown(`${OPERATION}: vocabularies`, vocabularies, ['source', 'target']);
  for (const side of ['source', 'target'] as const) {
    if (vocabularies[side] instanceof Vocabulary) continue;
    throw new OptionError(`${OPERATION}: vocabularies.${side} must be a Vocabulary. Give those of a model.`);
  }
  for (const option of ['level', 'locale', 'targetLocale', 'vocabSize', 'shared'] as const) {
    if (options[option] === undefined) continue;
    throw new OptionError(`${OPERATION}: ${option} is that of the vocabularies given. Leave it out.`);
  }
  return vocabularies;
}

function buildVocabularies(pairs: readonly TextPair[], options: PairOptions): PairVocabularies {
  const { locale, targetLocale, vocabSize: size } = options;
  const level = checkChoice(OPERATION, 'level', options.level, LEVELS);
  const text = (side: 0 | 1): string => pairs.map((pair) => pair[side]).join(level === 'char' ? '' : '\n');
  if (!checkFlag(OPERATION, 'shared', options.shared ?? false)) {
    const source = Vocabulary.fromText(text(0), { level, locale, size });
    return { source, target: Vocabulary.fromText(text(1), { level, locale: targetLocale ?? locale, size }) };
  }
  if (targetLocale !== undefined && targetLocale !== (locale ?? 'en')) {
    throw new OptionError(
      `${OPERATION}: a shared vocabulary has one language, and targetLocale is '${targetLocale}'. Leave it out.`,
    );
  }
  const both = text(0) + (level === 'char' ? '' : '\n') + text(1);
  const vocabulary = Vocabulary.fromText(both, { level, locale, size });
  return { source: vocabulary, target: vocabulary };
}
