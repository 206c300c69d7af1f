/** The words, characters and labels of labelled sentences, and sentences as their ids. */

import { DataError } from '../errors.js';
import { checkFlag, checkKnown, checkSize } from '../options.js';
import type { TaggedSentence } from './conll.js';
import type { IdTensor } from './sequences.js';
import { PADDING, RESERVED, UNKNOWN, Vocabulary } from './vocabulary.js';
import type { VocabularyJSON } from './vocabulary.js';

/** How symbols are gathered. */
export interface TagSymbolsOptions {
  /** Whether words that differ in their capitals are one; characters are told apart all the same. Default true. */
  readonly lowercase?: boolean | undefined;
  /** Words seen less often are unknown. Default 1. */
  readonly minCount?: number | undefined;
  /** Labels beside those of the sentences, for others that are kept apart to validate. Default: none. */
  readonly labels?: readonly string[] | undefined;
}

/** Symbols as they are stored. */
export interface TagSymbolsJSON {
  readonly words: VocabularyJSON;
  readonly characters: VocabularyJSON;
  readonly labels: readonly string[];
  readonly lowercase: boolean;
}

/** Sentences side by side, time-major, as ids: T words of B sentences, and the W different words among them. */
export interface EncodedSentences {
  /** (T, B); PADDING behind the end of a sentence. */
  readonly words: IdTensor;
  /** (B): the words of each sentence. */
  readonly lengths: Int32Array;
  /** (T, B): which of the W words it is; 0 behind the end of a sentence. */
  readonly forms: IdTensor;
  /** (S, W): the characters of those; PADDING behind the last. */
  readonly characters: IdTensor;
  /** (W): how many each has. */
  readonly formLengths: Int32Array;
}

/** Two-way tables of words, characters and labels. */
export class TagSymbols {
  readonly words: Vocabulary;
  readonly characters: Vocabulary;
  /** The label of each id, in the order they were first seen. */
  readonly labels: readonly string[];
  readonly lowercase: boolean;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(words: Vocabulary, characters: Vocabulary, labels: readonly string[], lowercase: boolean) {
    this.words = words;
    this.characters = characters;
    this.labels = Object.freeze([...labels]);
    this.lowercase = lowercase;
    this.#ids = new Map(this.labels.map((label, id) => [label, id]));
  }

  /**
   * The symbols of sentences to learn from.
   * @throws OptionError; DataError for no sentences, or no word that is seen often enough
   */
  static fromSentences(sentences: readonly TaggedSentence[], options: TagSymbolsOptions = {}): TagSymbols {
    checkKnown('TagSymbols.fromSentences', options, ['lowercase', 'minCount', 'labels']);
    const lowercase = checkFlag('TagSymbols.fromSentences', 'lowercase', options.lowercase ?? true);
    const minCount = checkSize('TagSymbols.fromSentences', 'minCount', options.minCount ?? 1);
    const forms = sentences.flatMap(({ words }) => words);
    if (forms.length === 0) throw new DataError('TagSymbols: there is no word to learn from. Give sentences.');
    const known = frequent(forms.map((word) => (lowercase ? word.toLowerCase() : word)), minCount); // prettier-ignore
    if (known.length === 0) throw new DataError(`TagSymbols: no word is seen ${minCount} times. Lower minCount.`);
    const characters = Vocabulary.fromText([...new Set(forms)].join(''), { level: 'char' });
    const labels = new Set([...sentences.flatMap((sentence) => sentence.labels), ...(options.labels ?? [])]);
    return new TagSymbols(Vocabulary.fromSentences([known]), characters, [...labels], lowercase);
  }

  /**
   * Reads what `toJSON` wrote. The value may come from an untrusted file.
   * @throws DataError, OptionError
   */
  static fromJSON(json: { readonly [K in keyof TagSymbolsJSON]: unknown }): TagSymbols {
    const { words, characters, labels, lowercase } = json;
    const isList = Array.isArray(labels) && labels.length > 0 && new Set(labels).size === labels.length;
    if (!isList || !labels.every((label) => typeof label === 'string')) {
      throw new DataError('TagSymbols.fromJSON: labels must be a list of different strings.');
    }
    const [own, letters] = [Vocabulary.fromJSON(words), Vocabulary.fromJSON(characters)];
    if (own.level !== 'word' || letters.level !== 'char') {
      throw new DataError(
        `TagSymbols.fromJSON: words must be of level word and characters of level char, got ${own.level} and ${letters.level}.`,
      );
    }
    return new TagSymbols(own, letters, labels as string[], checkFlag('TagSymbols.fromJSON', 'lowercase', lowercase));
  }

  /** A plain object for a file; `fromJSON` reads it. */
  toJSON(): TagSymbolsJSON {
    const { labels, lowercase } = this;
    return { words: this.words.toJSON(), characters: this.characters.toJSON(), labels: [...labels], lowercase };
  }

  /** The id of a word; UNKNOWN where it is not known. */
  wordId(word: string): number {
    const form = this.lowercase ? word.toLowerCase() : word;
    return RESERVED.includes(form) ? UNKNOWN : this.words.idOf(form);
  }

  /** The id of a label; undefined where it is not known. */
  labelId(label: string): number | undefined {
    return this.#ids.get(label);
  }

  /** Sentences as ids. @throws DataError for no sentences, or one without words */
  encode(sentences: readonly (readonly string[])[]): EncodedSentences {
    const lengths = Int32Array.from(sentences, (words) => words.length);
    if (lengths.length === 0 || lengths.includes(0)) {
      throw new DataError(
        'TagSymbols.encode: there must be sentences, each of at least one word. Leave empty ones out.',
      );
    }
    const shape = [lengths.reduce((a, b) => Math.max(a, b), 0), lengths.length];
    const size = shape[0]! * shape[1]!;
    const [words, forms] = [new Int32Array(size).fill(PADDING), new Int32Array(size)];
    const places = new Map<string, number>();
    for (const [b, sentence] of sentences.entries()) {
      for (const [t, word] of sentence.entries()) {
        if (!places.has(word)) places.set(word, places.size);
        words[t * lengths.length + b] = this.wordId(word);
        forms[t * lengths.length + b] = places.get(word)!;
      }
    }
    return {
      words: { data: words, shape },
      lengths,
      forms: { data: forms, shape },
      ...this.#spell([...places.keys()]),
    };
  }

  #spell(forms: readonly string[]): Pick<EncodedSentences, 'characters' | 'formLengths'> {
    const spelt = forms.map((word) => this.characters.encode(word));
    const formLengths = Int32Array.from(spelt, ({ length }) => length);
    const shape = [formLengths.reduce((most, length) => Math.max(most, length), 0), forms.length];
    const data = new Int32Array(shape[0]! * forms.length).fill(PADDING);
    for (const [w, ids] of spelt.entries()) for (const [s, id] of ids.entries()) data[s * forms.length + w] = id;
    return { characters: { data, shape }, formLengths };
  }
}

/** The words that are there often enough, each as often as it is there. */
function frequent(words: readonly string[], least: number): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return words.filter((word) => counts.get(word)! >= least && !RESERVED.includes(word));
}
