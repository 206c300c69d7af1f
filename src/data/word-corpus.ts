/** A text as sentences of word ids, which is what word vectors are learnt from. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkChoice, checkFlag, checkKnown } from '../options.js';
import { IdList } from './id-list.js';
import { checkLocale, sentences } from './tokenizer.js';
import { WordCounts } from './word-counts.js';
import type { WordCountsOptions } from './word-counts.js';

/** What may stand between words: 'language' finds them by the rules of a language, 'spaces' takes what lies between spaces. */
export const SPLITS_BY = ['language', 'spaces'] as const;

/** How a text becomes sentences of words, one a line. */
export interface WordTextOptions extends WordCountsOptions {
  /** 'language' drops punctuation; 'spaces' is for texts that are split already, and quicker. Default 'language'. */
  readonly splitBy?: (typeof SPLITS_BY)[number] | undefined;
  /** Language of the text as a BCP 47 tag, for splitBy 'language'. Default 'en'. */
  readonly locale?: string | undefined;
  /** Whether words are made lower-case. Default true. */
  readonly lowerCase?: boolean | undefined;
}

const OPERATION = 'WordCorpus';

/** Has a letter or a digit: not punctuation alone. */
const WORD = /[\p{L}\p{N}]/u;

/** Sentences of word ids, one behind the other. Words that the vocabulary does not have are left out. */
export class WordCorpus {
  readonly vocabulary: WordCounts;
  /** The ids of all sentences. */
  readonly ids: Int32Array;
  /** Where each sentence begins, and where the last one ends. */
  readonly starts: Int32Array;
  /** Tells this corpus from others: a checksum of its words and of what they are. */
  readonly fingerprint: string;

  private constructor(vocabulary: WordCounts, ids: Int32Array, starts: Int32Array) {
    this.vocabulary = vocabulary;
    this.ids = ids;
    this.starts = starts;
    const names = crc32(new TextEncoder().encode(JSON.stringify(vocabulary.words)));
    const crc = [ids, starts].reduce((before, { buffer }) => crc32(new Uint8Array(buffer), before), names);
    this.fingerprint = `${ids.length}:${crc.toString(16)}`;
  }

  /**
   * The corpus of a text, one sentence a line.
   * @throws OptionError; DataError for a text with too few words
   */
  static fromText(text: string, options: WordTextOptions = {}): WordCorpus {
    checkKnown(OPERATION, options, ['splitBy', 'locale', 'lowerCase', 'minCount', 'maxWords']);
    const { splitBy, locale, lowerCase, ...counts } = options;
    const split = wordSplitter({ splitBy, locale, lowerCase });
    return WordCorpus.fromSentences({ [Symbol.iterator]: () => split(text) }, counts);
  }

  /**
   * The corpus of sentences that are split already; they are gone through twice.
   * @throws OptionError; DataError for too few words
   */
  static fromSentences(sentences: Iterable<readonly string[]>, options: WordCountsOptions = {}): WordCorpus {
    return WordCorpus.encode(sentences, WordCounts.fromSentences(sentences, options));
  }

  /** Sentences by the words of a vocabulary that is there already. @throws DataError where it has none of them */
  static encode(sentences: Iterable<readonly string[]>, vocabulary: WordCounts): WordCorpus {
    const [ids, starts] = [new IdList(), new IdList()];
    let begun = 0;
    starts.push(begun);
    for (const sentence of sentences) {
      for (const word of sentence) {
        const id = vocabulary.idOf(word);
        if (id !== undefined) ids.push(id);
      }
      if (ids.length > begun) starts.push((begun = ids.length));
    }
    if (ids.length === 0) throw new DataError(`${OPERATION}: none of the words is in the vocabulary. Give other text.`);
    return new WordCorpus(vocabulary, ids.values, starts.values);
  }

  /** The number of words in all. */
  get length(): number {
    return this.ids.length;
  }
}

/** The function that splits a text into sentences of words. @throws OptionError */
export function wordSplitter(
  options: Pick<WordTextOptions, 'splitBy' | 'locale' | 'lowerCase'>,
): (text: string) => Generator<readonly string[]> {
  checkKnown(OPERATION, options, ['splitBy', 'locale', 'lowerCase']);
  const splitBy = checkChoice(OPERATION, 'splitBy', options.splitBy ?? 'language', SPLITS_BY);
  const isLower = checkFlag(OPERATION, 'lowerCase', options.lowerCase ?? true);
  if (splitBy === 'spaces' && options.locale !== undefined) {
    throw new OptionError(`${OPERATION}: locale is for splitBy 'language', got splitBy 'spaces'. Leave locale out.`);
  }
  const locale = checkLocale(OPERATION, 'word', options.locale);
  const fold = (word: string): string => (isLower ? word.toLowerCase() : word);
  return function* (text) {
    if (splitBy === 'spaces') {
      for (const [line] of text.matchAll(/[^\r\n]+/g)) yield (line.match(/\S+/g) ?? []).map(fold);
      return;
    }
    for (const { words } of sentences(text, locale)) yield words.filter((word) => WORD.test(word)).map(fold);
  };
}
