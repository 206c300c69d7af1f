/** Labelled sentences as examples: ids side by side, with the label of each word. */

import { crc32 } from '../crc32.js';
import { DataError } from '../errors.js';
import type { TaggedSentence } from './conll.js';
import type { Examples } from './examples.js';
import { IGNORED } from './sequences.js';
import type { IdTensor } from './sequences.js';
import { countSymbols } from './symbol-count.js';
import type { SymbolCount } from './symbol-count.js';
import type { EncodedSentences, TagSymbols } from './tag-symbols.js';

/** Sentences and their labels, side by side. */
export interface TagBatch extends EncodedSentences {
  /** (T, B): the label of each word; IGNORED behind the end of a sentence. */
  readonly targets: IdTensor;
}

/** Labelled sentences as ids of a model's symbols. */
export class TaggedExamples implements Examples<TagBatch> {
  readonly sentences: readonly TaggedSentence[];
  readonly symbols: TagSymbols;
  readonly #file: string;
  #fingerprint: string | undefined;

  /**
   * @param file what the sentences come from, for messages
   * @throws DataError for no sentences, one without words, or a label that is not among the symbols
   */
  constructor(sentences: readonly TaggedSentence[], symbols: TagSymbols, file: string = 'tagged') {
    this.sentences = sentences;
    this.symbols = symbols;
    this.#file = file;
    if (sentences.length === 0) throw new DataError(`${file}: there is no sentence. Give at least one.`);
    for (const [i, sentence] of sentences.entries()) this.#check(sentence, i);
  }

  #check({ words, labels, lines }: TaggedSentence, i: number): void {
    const where = lines === undefined ? `${this.#file}: sentence ${i + 1}` : `${this.#file}:${lines[0]}`;
    if (words.length === 0 || words.length !== labels.length) {
      const got = `got ${words.length} words and ${labels.length} labels`;
      throw new DataError(`${where}: a sentence must have words, and a label for each, ${got}.`);
    }
    const unknown = labels.findIndex((label) => this.symbols.labelId(label) === undefined);
    if (unknown < 0) return;
    const line = lines === undefined ? where : `${this.#file}:${lines[unknown]}`;
    const known = shorten(this.symbols.labels);
    throw new DataError(
      `${line}: label '${labels[unknown]}' of '${words[unknown]}' is not among those trained on: ${known}. ` +
        'Correct it, or train on a file that has it.',
    );
  }

  /** The number of sentences. */
  get count(): number {
    return this.sentences.length;
  }

  /** A checksum of all words and labels. */
  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf(this.sentences);
    return this.#fingerprint;
  }

  /** The words of a sentence. */
  length(i: number): number {
    return this.sentences[i]!.words.length;
  }

  /** Of words. */
  symbolCount(): SymbolCount {
    return countSymbols(this.sentences.map(({ words }) => Int32Array.from(words, (word) => this.symbols.wordId(word))));
  }

  /** Sentences side by side. */
  batch(indices: readonly number[]): TagBatch {
    const chosen = indices.map((i) => this.sentences[i]!);
    const encoded = this.symbols.encode(chosen.map(({ words }) => words));
    const data = new Int32Array(encoded.words.data.length).fill(IGNORED);
    for (const [b, { labels }] of chosen.entries()) {
      for (const [t, label] of labels.entries()) data[t * chosen.length + b] = this.symbols.labelId(label)!;
    }
    return { ...encoded, targets: { data, shape: encoded.words.shape } };
  }
}

/** The first of many labels. */
function shorten(labels: readonly string[]): string {
  return labels.length <= 12 ? labels.join(', ') : `${labels.slice(0, 12).join(', ')} and ${labels.length - 12} more`;
}

/** Line breaks and tabs are in no word. */
function fingerprintOf(sentences: readonly TaggedSentence[]): string {
  const encoder = new TextEncoder();
  const sum = sentences.reduce((before, { words, labels }) => {
    return crc32(encoder.encode(`${words.join('\t')}\n${labels.join('\t')}\n`), before);
  }, 0);
  return sum.toString(16).padStart(8, '0');
}
