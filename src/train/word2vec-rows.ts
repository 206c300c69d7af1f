/**
 * Sentences as rows of updates (src/kernels/word2vec.ts): some words are left out, each that stays draws its window, and
 * what it predicts gets negatives or a path. All that is drawn comes from one generator, in the order of the text.
 */

import { AliasTable } from '../data/alias.js';
import type { HuffmanCodes } from '../data/huffman.js';
import { OptionError } from '../errors.js';
import type { Word2Vec } from '../models/word2vec.js';
import type { Random } from '../random.js';
import type { FullWord2VecSettings } from './word2vec-settings.js';

/** Numbers drawn at once. */
const DRAWN = 4096;

/** The weights by which negatives are drawn. @throws OptionError for a power that takes them beyond all numbers */
function noiseWeights(counts: Float64Array, power: number): Float64Array {
  const weights = counts.map((count) => count ** power);
  const sum = weights.length * weights.reduce((total, weight) => total + weight, 0);
  if (sum > 0 && Number.isFinite(sum)) return weights;
  throw new OptionError(
    `trainWord2Vec: power ${power} of the counts must leave weights with a finite sum above 0, got ${sum}. ` +
      'Take a power nearer to 0.',
  );
}

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
  readonly #longestPath: number;
  #stream: Int32Array = new Int32Array(1 << 16);
  #end: number = 0;
  #starts: Int32Array = new Int32Array(1 << 12);
  #count: number = 0;
  #kept: Int32Array = new Int32Array(0);
  /** Negatives, which are many; what is left of them is forgotten with the rows. */
  readonly #drawn: Int32Array = new Int32Array(DRAWN);
  readonly #bits: Uint32Array = new Uint32Array(DRAWN);
  #nextDrawn: number = DRAWN;

  constructor(model: Word2Vec, settings: FullWord2VecSettings, random: Random) {
    const { vocabulary, architecture, output } = model.options;
    this.#random = random;
    this.#window = settings.window;
    this.#negatives = settings.negatives;
    this.#isCbow = architecture === 'cbow';
    this.#keep = keepShares(vocabulary.counts, vocabulary.total, settings.sample);
    if (output === 'hierarchical-softmax') this.#codes = model.codes;
    else this.#noise = new AliasTable(noiseWeights(vocabulary.counts, settings.power));
    this.#longestPath = this.#codes === undefined ? 1 + settings.negatives : longest(this.#codes.starts);
  }

  /** The rows so far, as the kernel takes them. */
  get stream(): Int32Array {
    return this.#stream.subarray(0, this.#end);
  }

  /** Where each row begins. */
  get starts(): Int32Array {
    return this.#starts.subarray(0, this.#count);
  }

  /** Forgets all rows. */
  clear(): void {
    this.#end = 0;
    this.#count = 0;
    this.#nextDrawn = DRAWN;
  }

  /** Adds the rows of one sentence. */
  add(sentence: Int32Array): void {
    this.#makeRoom(sentence.length);
    const words = this.#subsample(sentence);
    for (let at = 0; at < words.length; at++) {
      const reach = 1 + this.#random.integer(this.#window);
      const [from, to] = [Math.max(at - reach, 0), Math.min(at + reach, words.length - 1)];
      if (from === to) continue;
      if (this.#isCbow) this.#addCbow(words, at, from, to);
      else this.#addSkipGrams(words, at, from, to);
    }
  }

  /** Room for all that a sentence may take. */
  #makeRoom(length: number): void {
    const around = Math.min(2 * this.#window, length);
    const rows = length * (this.#isCbow ? 1 : around);
    const row = 2 + (this.#isCbow ? around : 1) + this.#longestPath;
    this.#stream = withRoom(this.#stream, this.#end + rows * row);
    this.#starts = withRoom(this.#starts, this.#count + rows);
    if (this.#kept.length < length) this.#kept = new Int32Array(length);
  }

  #subsample(sentence: Int32Array): Int32Array {
    let kept = 0;
    for (const word of sentence) {
      const keep = this.#keep[word]!;
      if (keep >= 1 || this.#random.uniform() < keep) this.#kept[kept++] = word;
    }
    return this.#kept.subarray(0, kept);
  }

  /** A word predicts each word around it. */
  #addSkipGrams(words: Int32Array, at: number, from: number, to: number): void {
    const stream = this.#stream;
    for (let other = from; other <= to; other++) {
      if (other === at) continue;
      const begin = this.#begin(1);
      stream[begin + 2] = words[at]!;
      this.#predict(words[other]!, begin, begin + 3);
    }
  }

  /** The words around it predict a word. */
  #addCbow(words: Int32Array, at: number, from: number, to: number): void {
    const begin = this.#begin(to - from);
    let end = begin + 2;
    for (let other = from; other <= to; other++) if (other !== at) this.#stream[end++] = words[other]!;
    this.#predict(words[at]!, begin, end);
  }

  /** Begins a row of so many inputs. @returns where */
  #begin(inputs: number): number {
    this.#starts[this.#count++] = this.#end;
    this.#stream[this.#end] = inputs;
    return this.#end;
  }

  /** Ends the row that begins at `begin`, with the outputs of a word from `first` on. */
  #predict(word: number, begin: number, first: number): void {
    this.#end = this.#codes === undefined ? this.#putNegatives(word, first) : this.#putPath(word, this.#codes, first);
    this.#stream[begin + 1] = this.#end - first;
  }

  /** The word with label 1, and with label 0 what is drawn: once each, as a row's outputs are different. */
  #putNegatives(word: number, first: number): number {
    const stream = this.#stream;
    if (this.#nextDrawn + this.#negatives > DRAWN) this.#draw();
    stream[first] = 2 * word + 1;
    let end = first + 1;
    for (let k = 0; k < this.#negatives; k++) {
      const drawn = this.#drawn[this.#nextDrawn + k]!;
      let same = drawn === word;
      for (let j = first + 1; j < end; j++) same ||= stream[j] === 2 * drawn;
      if (!same) stream[end++] = 2 * drawn;
    }
    this.#nextDrawn += this.#negatives;
    return end;
  }

  #draw(): void {
    this.#random.fillBits(this.#bits);
    this.#noise!.outcomes(this.#drawn, this.#bits);
    this.#nextDrawn = 0;
  }

  /** The inner nodes on the way to the word, with label 1 for bit 0, as word2vec.c has it. */
  #putPath(word: number, { starts, nodes, bits }: HuffmanCodes, first: number): number {
    let end = first;
    for (let i = starts[word]!; i < starts[word + 1]!; i++) this.#stream[end++] = 2 * nodes[i]! + 1 - bits[i]!;
    return end;
  }
}

/** The array, or a larger one that begins with it. */
function withRoom(values: Int32Array, length: number): Int32Array {
  if (values.length >= length) return values;
  const larger = new Int32Array(Math.max(length, 2 * values.length));
  larger.set(values);
  return larger;
}

function longest(starts: Int32Array): number {
  let most = 0;
  for (let i = 1; i < starts.length; i++) most = Math.max(most, starts[i]! - starts[i - 1]!);
  return most;
}

/** sqrt(t / f) + t / f for each word's share f of the text, as in word2vec.c; t = 0 keeps all. */
function keepShares(counts: Float64Array, total: number, t: number): Float64Array {
  return counts.map((count) => (t === 0 ? 1 : Math.sqrt((t * total) / count) + (t * total) / count));
}
