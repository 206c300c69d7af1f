/**
 * Sentences as rows of updates (src/kernels/word2vec.ts): some words are left out, each that stays draws its window, and
 * what it predicts gets negatives or a path. All that is drawn comes from one generator, in the order of the text.
 */

import { AliasTable } from '../data/alias.js';
import type { HuffmanCodes } from '../data/huffman.js';
import { IdList } from '../data/id-list.js';
import type { Word2Vec } from '../models/word2vec.js';
import type { Random } from '../random.js';
import type { FullWord2VecSettings } from './word2vec-settings.js';

/** Collects the rows of one sentence after another. */
export class Word2VecRows {
  readonly #random: Random;
  readonly #window: number;
  readonly #negatives: number;
  readonly #isCbow: boolean;
  /** The probability that a word stays. */
  readonly #keep: Float64Array;
  readonly #noise: AliasTable | undefined;
  readonly #codes: HuffmanCodes | undefined;
  readonly #stream: IdList = new IdList();
  readonly #starts: IdList = new IdList();
  readonly #kept: IdList = new IdList();

  constructor(model: Word2Vec, settings: FullWord2VecSettings, random: Random) {
    const { vocabulary, architecture, output } = model.options;
    this.#random = random;
    this.#window = settings.window;
    this.#negatives = settings.negatives;
    this.#isCbow = architecture === 'cbow';
    this.#keep = keepShares(vocabulary.counts, vocabulary.total, settings.sample);
    if (output === 'hierarchical-softmax') this.#codes = model.codes;
    else this.#noise = new AliasTable(vocabulary.counts.map((count) => count ** settings.power));
  }

  /** The rows so far, as the kernel takes them. */
  get stream(): Int32Array {
    return this.#stream.values;
  }

  /** Where each row begins. */
  get starts(): Int32Array {
    return this.#starts.values;
  }

  /** Forgets all rows. */
  clear(): void {
    this.#stream.clear();
    this.#starts.clear();
  }

  /** Adds the rows of one sentence. */
  add(sentence: Int32Array): void {
    const words = this.#subsample(sentence);
    for (let at = 0; at < words.length; at++) {
      const reach = 1 + this.#random.integer(this.#window);
      const [from, to] = [Math.max(at - reach, 0), Math.min(at + reach, words.length - 1)];
      if (from === to) continue;
      if (this.#isCbow) this.#addCbow(words, at, from, to);
      else this.#addSkipGrams(words, at, from, to);
    }
  }

  #subsample(sentence: Int32Array): Int32Array {
    this.#kept.clear();
    for (const word of sentence) {
      const keep = this.#keep[word]!;
      if (keep >= 1 || this.#random.uniform() < keep) this.#kept.push(word);
    }
    return this.#kept.values;
  }

  /** A word predicts each word around it. */
  #addSkipGrams(words: Int32Array, at: number, from: number, to: number): void {
    for (let other = from; other <= to; other++) {
      if (other === at) continue;
      const begin = this.#begin(1);
      this.#stream.push(words[at]!);
      this.#predict(words[other]!, begin);
    }
  }

  /** The words around it predict a word. */
  #addCbow(words: Int32Array, at: number, from: number, to: number): void {
    const begin = this.#begin(to - from);
    for (let other = from; other <= to; other++) if (other !== at) this.#stream.push(words[other]!);
    this.#predict(words[at]!, begin);
  }

  /** Begins a row. @returns where */
  #begin(inputs: number): number {
    const begin = this.#stream.length;
    this.#starts.push(begin);
    this.#stream.push(inputs);
    this.#stream.push(0); // the number of outputs, once it is known
    return begin;
  }

  #predict(word: number, begin: number): void {
    const first = this.#stream.length;
    if (this.#codes === undefined) this.#pushNegatives(word);
    else this.#pushPath(word, this.#codes);
    this.#stream.set(begin + 1, this.#stream.length - first);
  }

  /** The word with label 1, and with label 0 what is drawn: once each, as a row's outputs are different. */
  #pushNegatives(word: number): void {
    const first = this.#stream.length;
    this.#stream.push(2 * word + 1);
    for (let k = 0; k < this.#negatives; k++) {
      const drawn = this.#noise!.draw(this.#random);
      if (drawn !== word && !this.#stream.includes(2 * drawn, first + 1)) this.#stream.push(2 * drawn);
    }
  }

  /** The inner nodes on the way to the word, with label 1 for bit 0, as word2vec.c has it. */
  #pushPath(word: number, { starts, nodes, bits }: HuffmanCodes): void {
    for (let i = starts[word]!; i < starts[word + 1]!; i++) this.#stream.push(2 * nodes[i]! + 1 - bits[i]!);
  }
}

/** sqrt(t / f) + t / f for each word's share f of the text, as in word2vec.c; t = 0 keeps all. */
function keepShares(counts: Float64Array, total: number, t: number): Float64Array {
  return counts.map((count) => (t === 0 ? 1 : Math.sqrt((t * total) / count) + (t * total) / count));
}
