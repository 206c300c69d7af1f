/** The sentences of a text side by side: of words a line, of characters a line too, without what ends it. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkKnown, checkSize } from '../options.js';
import { Corpus } from './corpus.js';
import type { Examples } from './examples.js';
import type { IdTensor } from './sequences.js';
import { countSymbols } from './symbol-count.js';
import type { SymbolCount } from './symbol-count.js';
import { BEGINNING, PADDING, UNKNOWN } from './vocabulary.js';
import type { Vocabulary } from './vocabulary.js';

/** Sentences side by side, time-major; behind the end of a shorter one PADDING. */
export interface SentenceBatch {
  /** (T, B). */
  readonly ids: IdTensor;
  /** Tokens of each of the B sentences. */
  readonly lengths: Int32Array;
}

/** How sentences are taken from a corpus. */
export interface SentenceOptions {
  /** Tokens of a sentence; a longer one is cut into pieces of this many. Default 128. */
  readonly maxLength?: number | undefined;
}

/** The sentences of a corpus that have at least one token of the vocabulary. */
export class Sentences implements Examples<SentenceBatch> {
  readonly vocabulary: Vocabulary;
  readonly fingerprint: string;
  readonly #tokens: Int32Array;
  /** Begin and end of each in the tokens. */
  readonly #spans: readonly (readonly [from: number, to: number])[];

  /** @throws OptionError; DataError if there is none */
  constructor(corpus: Corpus, options: SentenceOptions = {}) {
    checkKnown('Sentences', options, ['maxLength']);
    if (!(corpus instanceof Corpus)) throw new OptionError('Sentences: takes a Corpus. Make one with Corpus.fromText.');
    const most = checkSize('Sentences', 'maxLength', options.maxLength ?? 128);
    this.vocabulary = corpus.vocabulary;
    this.#tokens = corpus.tokens;
    this.#spans = [...pieces(corpus.tokens, endsOf(corpus.vocabulary), most)];
    if (this.#spans.length === 0) {
      throw new DataError(
        'Sentences: no sentence has a token of the vocabulary. Give a text of its language and level.',
      );
    }
    const { buffer, byteOffset, byteLength } = corpus.tokens;
    const checksum = crc32(new Uint8Array(buffer, byteOffset, byteLength), corpus.vocabulary.checksum);
    this.fingerprint = `${this.count}:${most}:${checksum.toString(16)}`;
  }

  get count(): number {
    return this.#spans.length;
  }

  length(i: number): number {
    const [from, to] = this.#spans[i]!;
    return to - from;
  }

  /** Of the whole text, the sentences left out too. */
  symbolCount(): SymbolCount {
    return countSymbols([this.#tokens]);
  }

  batch(indices: readonly number[]): SentenceBatch {
    return sentenceBatch(indices.map((i) => this.#tokens.subarray(...this.#spans[i]!)));
  }
}

/** Sentences of ids side by side. */
export function sentenceBatch(sentences: readonly Int32Array[]): SentenceBatch {
  const lengths = Int32Array.from(sentences, ({ length }) => length);
  const [T, B] = [lengths.reduce((a, b) => Math.max(a, b), 0), sentences.length];
  const data = new Int32Array(T * B).fill(PADDING);
  for (const [b, ids] of sentences.entries()) for (const [t, id] of ids.entries()) data[t * B + b] = id;
  return { ids: { data, shape: [T, B] }, lengths };
}

/** What stands between two sentences: of characters line breaks, as far as there are any; between two in a row is nothing. */
function endsOf(vocabulary: Vocabulary): readonly number[] {
  if (vocabulary.level === 'word') return [BEGINNING];
  return ['\n', '\r'].map((end) => vocabulary.idOf(end)).filter((id) => id !== UNKNOWN);
}

/** What lies between two ends, in pieces of at most so many tokens, if any of them is known. */
function* pieces(tokens: Int32Array, ends: readonly number[], most: number): Generator<readonly [number, number]> {
  let from = 0;
  let known = false;
  for (let at = 0; at <= tokens.length; at++) {
    const isEnd = at === tokens.length || ends.includes(tokens[at]!);
    if ((isEnd || at - from === most) && known) yield [from, at];
    if (isEnd || at - from === most) [from, known] = [isEnd ? at + 1 : at, false];
    if (!isEnd && tokens[at]! > UNKNOWN) known = true;
  }
}
