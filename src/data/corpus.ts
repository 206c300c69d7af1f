/** A text as the tokens a model is trained on, with the vocabulary they belong to; and text from the bytes of a file. */

import { DataError, OptionError } from '../errors.js';
import { checkChoice, checkKnown, checkNumber, checkText } from '../options.js';
import { type Level, LEVELS, checkLocale, countCharacters, joinWords, sentences } from './tokenizer.js';
import { BEGINNING, Vocabulary } from './vocabulary.js';

/** How to turn a text into a corpus: by a vocabulary of its own, or by the one of a model. */
export interface CorpusOptions {
  /** Required without `vocabulary`. */
  readonly level?: Level | undefined;
  /** Language of the text as a BCP 47 tag, for words only. Default 'en'. */
  readonly locale?: string | undefined;
  /** How many of the most frequent symbols to keep, the reserved ones not counted. Default: all. */
  readonly vocabSize?: number | undefined;
  /** Encode with this vocabulary instead of building one from the text. */
  readonly vocabulary?: Vocabulary | undefined;
}

/** The tokens of a text, their vocabulary, and the length of the text behind them. */
export class Corpus {
  /** Ids, shape (n,), at least two. At level 'word' they begin and end with BEGINNING. */
  readonly tokens: Int32Array;
  readonly vocabulary: Vocabulary;
  /** Code points of the text behind the tokens, spaces and line breaks included: for bits per character. */
  readonly characters: number;
  /** The code points behind each sentence, at level 'word'. */
  readonly #spans: readonly number[];

  private constructor(tokens: Int32Array, vocabulary: Vocabulary, spans: readonly number[]) {
    if (tokens.length < 2) throw tooShort(tokens.length);
    this.tokens = tokens;
    this.vocabulary = vocabulary;
    this.#spans = spans;
    this.characters = vocabulary.level === 'char' ? tokens.length : spans.reduce((sum, span) => sum + span, 0);
  }

  /**
   * The corpus of a text. Without `vocabulary` one is built from the whole text, also when a part is split off
   * later: a symbol that only the validation part holds has an id, which training leaves as it began.
   * @throws DataError for a text of fewer than two tokens; OptionError for options that are unknown, out of range
   * or contradict the vocabulary.
   */
  static fromText(text: string, options: CorpusOptions): Corpus {
    const operation = 'Corpus.fromText';
    checkText(operation, 'text', text);
    checkKnown(operation, options, ['level', 'locale', 'vocabSize', 'vocabulary']);
    checkAgreement(operation, options);
    const { vocabSize: size, vocabulary } = options;
    const level = vocabulary?.level ?? checkChoice(operation, 'level', options.level, LEVELS);
    const locale = vocabulary?.locale ?? checkLocale(operation, level, options.locale);
    if (level === 'char') {
      if (text === '') throw tooShort(0);
      const characters = vocabulary ?? Vocabulary.fromText(text, { level, size });
      return new Corpus(characters.encode(text), characters, []);
    }
    const parts = [...sentences(text, locale)];
    const lines = parts.map(({ words }) => words);
    return Corpus.#ofSentences(
      lines,
      parts.map((part) => part.characters),
      { locale, size, vocabulary },
    );
  }

  /**
   * The corpus, at level 'word', of sentences that are split already; its text is the sentences joined, one a line.
   * @throws DataError for no sentences, an empty one, or a word that cannot be one; OptionError as `fromText`.
   */
  static fromSentences(
    sentences: readonly (readonly string[])[],
    options: { readonly locale?: string | undefined; readonly vocabulary?: Vocabulary | undefined } = {},
  ): Corpus {
    const operation = 'Corpus.fromSentences';
    checkKnown(operation, options, ['locale', 'vocabulary']);
    checkAgreement(operation, { ...options, level: 'word' });
    const spans = sentences.map((words) => countCharacters(joinWords(words)) + 1);
    return Corpus.#ofSentences(sentences, spans, options);
  }

  static #ofSentences(
    sentences: readonly (readonly string[])[],
    spans: readonly number[],
    options: { locale?: string | undefined; size?: number | undefined; vocabulary?: Vocabulary | undefined },
  ): Corpus {
    if (sentences.length === 0) throw tooShort(0);
    const { locale, size } = options;
    const vocabulary = options.vocabulary ?? Vocabulary.fromSentences(sentences, { locale, size });
    return new Corpus(vocabulary.encodeSentences(sentences), vocabulary, spans);
  }

  /** The number of ids a model of this corpus needs, the reserved ones included. */
  get vocabSize(): number {
    return this.vocabulary.size;
  }

  /** How often each id of the vocabulary occurs. */
  counts(): number[] {
    const counts = new Array<number>(this.vocabSize).fill(0);
    for (const id of this.tokens) counts[id]!++;
    return counts;
  }

  /**
   * Cuts off about the given fraction at the end for validation. Both parts are what their piece of the text would
   * give on its own with this vocabulary: words are cut where a sentence begins, and the BEGINNING there is both
   * the last target of `train` and the first input of `valid`.
   * @throws OptionError for a fraction outside (0, 1); DataError for a corpus too small to cut.
   */
  split(validFraction: number): { train: Corpus; valid: Corpus } {
    checkNumber('split', 'validFraction', validFraction, { above: 0, below: 1 });
    const wanted = Math.round(this.tokens.length * (1 - validFraction));
    return this.vocabulary.level === 'char' ? this.#splitCharacters(wanted) : this.#splitWords(wanted);
  }

  #splitCharacters(cut: number): { train: Corpus; valid: Corpus } {
    const { tokens, vocabulary } = this;
    if (Math.min(cut, tokens.length - cut) < 2) {
      const sizes = `${tokens.length} tokens into ${cut} and ${tokens.length - cut}`;
      throw new DataError(`split: each part needs at least two tokens, validFraction cuts ${sizes}. ${SPLIT_FIX}`);
    }
    return {
      train: new Corpus(tokens.slice(0, cut), vocabulary, []),
      valid: new Corpus(tokens.slice(cut), vocabulary, []),
    };
  }

  #splitWords(wanted: number): { train: Corpus; valid: Corpus } {
    const { tokens, vocabulary } = this;
    const last = this.#spans.length - 1; // the last sentence, which stays for validation
    if (last === 0) throw new DataError(`split: a text of one sentence (one line) cannot be cut. ${SPLIT_FIX}`);
    let sentence = 1;
    let cut = tokens.indexOf(BEGINNING, 1);
    for (; sentence < last && cut < wanted; sentence++) cut = tokens.indexOf(BEGINNING, cut + 1);
    return {
      train: new Corpus(tokens.slice(0, cut + 1), vocabulary, this.#spans.slice(0, sentence)),
      valid: new Corpus(tokens.slice(cut), vocabulary, this.#spans.slice(sentence)),
    };
  }
}

const SPLIT_FIX = 'Give more text, or go without validation.';

/** The options that a given vocabulary already settles must agree with it. */
function checkAgreement(operation: string, options: CorpusOptions): void {
  const { vocabulary, vocabSize } = options;
  if (vocabulary === undefined) return;
  for (const name of ['level', 'locale'] as const) {
    if (options[name] === undefined || options[name] === vocabulary[name]) continue;
    const mismatch = `${name} must be '${vocabulary[name]}' as in vocabulary, got '${options[name]}'`;
    throw new OptionError(`${operation}: ${mismatch}. Leave it out.`);
  }
  if (vocabSize !== undefined)
    throw new OptionError(`${operation}: vocabSize cannot be given with vocabulary, which has a size. Leave it out.`);
}

function tooShort(tokens: number): DataError {
  const got = tokens === 0 ? 'the text is empty' : `the text has ${tokens}`;
  return new DataError(`Corpus: a corpus needs at least two tokens, ${got}. Give more text.`);
}

/**
 * The text of a file in UTF-8, without its byte order mark.
 * @param name what the file is called in messages.
 * @throws DataError for an empty file, a byte 0 (a binary file, or UTF-16) and bytes that are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, name: string): string {
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    const problem = `${name}: byte ${zero} is 0, so this looks like a binary file or UTF-16, not like text in UTF-8`;
    throw new DataError(`${problem}. Give a text file; save it as UTF-8.`);
  }
  const text = decodeAll(bytes, name);
  if (text === '') throw new DataError(`${name}: the file is empty. Give a file with text in it.`);
  const invalid = text.includes('\ufffd') ? invalidByte(bytes) : -1;
  if (invalid < 0) return text;
  const value = `0x${bytes[invalid]!.toString(16).toUpperCase().padStart(2, '0')}`;
  throw new DataError(`${name}: the bytes from offset ${invalid} on (${value} …) are not UTF-8. Save it as UTF-8.`);
}

function decodeAll(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder().decode(bytes);
  } catch (cause) {
    // A string holds about 2^29 characters.
    throw new DataError(`${name}: ${bytes.length} bytes are too many for one text. Split it.`, { cause });
  }
}

/** The offset of the first sequence that is not UTF-8, -1 if there is none: what decoding replaced by U+FFFD. */
function invalidByte(bytes: Uint8Array): number {
  const valid = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  let at = valid.findIndex((byte, offset) => byte !== bytes[offset]);
  while (at > 0 && (valid[at]! & 0xc0) === 0x80) at--; // to the start of its character
  return at;
}
