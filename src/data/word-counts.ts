/** The words of a text with how often each comes: the most frequent first and, among equals, the one seen first. */

import { DataError } from '../errors.js';
import { checkKnown, checkSize } from '../options.js';

/** Which words are kept. */
export interface WordCountsOptions {
  /** Words that come less often are left out. Default 1. */
  readonly minCount?: number | undefined;
  /** How many of the most frequent words to keep. Default: all. */
  readonly maxWords?: number | undefined;
}

/** Word counts as they are stored. */
export interface WordCountsJSON {
  words: string[];
  counts: number[];
}

const OPERATION = 'WordCounts';

/** A two-way table of words and ids, with a count each. The id of a word is its rank by frequency. */
export class WordCounts {
  /** The words by id. */
  readonly words: readonly string[];
  /** How often each comes. */
  readonly counts: Float64Array;
  /** The sum of the counts. */
  readonly total: number;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(words: readonly string[], counts: Float64Array) {
    this.words = Object.freeze([...words]);
    this.counts = counts;
    this.total = counts.reduce((sum, count) => sum + count, 0);
    this.#ids = new Map(words.map((word, id) => [word, id]));
  }

  /**
   * Counts the words of sentences.
   * @throws OptionError; DataError where no word comes often enough
   */
  static fromSentences(sentences: Iterable<Iterable<string>>, options: WordCountsOptions = {}): WordCounts {
    checkKnown(OPERATION, options, ['minCount', 'maxWords']);
    const minCount = checkSize(OPERATION, 'minCount', options.minCount ?? 1);
    const most = options.maxWords === undefined ? Infinity : checkSize(OPERATION, 'maxWords', options.maxWords);
    const counts = new Map<string, number>();
    for (const sentence of sentences) for (const word of sentence) counts.set(word, (counts.get(word) ?? 0) + 1);
    const kept = [...counts].filter(([, count]) => count >= minCount).sort(([, a], [, b]) => b - a);
    if (kept.length === 0) throw nothingLeft(counts, minCount);
    const [words, numbers] = [kept.map(([word]) => word), kept.map(([, count]) => count)];
    const end = Math.min(most, words.length);
    return new WordCounts(words.slice(0, end), Float64Array.from(numbers.slice(0, end)));
  }

  /** Reads what `toJSON` wrote; every field is checked. @throws DataError */
  static fromJSON(json: unknown): WordCounts {
    const { words, counts } = Object(json) as Partial<Record<keyof WordCountsJSON, unknown>>;
    const isWord = (value: unknown): boolean => typeof value === 'string' && value !== '';
    if (!Array.isArray(words) || words.length === 0 || !words.every(isWord) || new Set(words).size < words.length) {
      throw new DataError(`${OPERATION}.fromJSON: words must be a list of different strings, at least one.`);
    }
    const list = Array.isArray(counts) ? (counts as number[]) : [];
    const isCount = (value: unknown, i: number): boolean =>
      Number.isSafeInteger(value) && (value as number) >= 1 && (i === 0 || list[i - 1]! >= (value as number));
    if (list.length !== words.length || !list.every(isCount)) {
      throw new DataError(
        `${OPERATION}.fromJSON: counts must be ${words.length} whole numbers of at least 1, none above the one before.`,
      );
    }
    return new WordCounts(words as string[], Float64Array.from(list));
  }

  /** V, the number of words. */
  get size(): number {
    return this.words.length;
  }

  /** The id of a word, or undefined. */
  idOf(word: string): number | undefined {
    return this.#ids.get(word);
  }

  /** A plain object for a file; `fromJSON` reads it. */
  toJSON(): WordCountsJSON {
    return { words: [...this.words], counts: [...this.counts] };
  }
}

function nothingLeft(counts: ReadonlyMap<string, number>, minCount: number): DataError {
  if (counts.size === 0) return new DataError(`${OPERATION}: there are no words. Give a text with at least one.`);
  const most = [...counts.values()].reduce((a, b) => Math.max(a, b));
  return new DataError(
    `${OPERATION}: no word comes ${minCount} times, the most frequent one ${most}. Lower minCount or give more text.`,
  );
}
