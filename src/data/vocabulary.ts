/**
 * The symbols of a text and their ids. Three ids are reserved; the others go to the symbols of the text, the most
 * frequent first and, among equals, the one seen first, so that a text gives the same ids everywhere.
 */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkChoice, checkKnown, checkSize, checkText } from '../options.js';
import {
  type Level,
  LEVELS,
  NO_LOCALE,
  checkLocale,
  countCharacters,
  isLocale,
  joinWords,
  sentences,
} from './tokenizer.js';

/** Id of the filler of padded batches. It stands for no text. */
export const PADDING = 0;
/** Id that begins a sentence at level 'word'. To predict it is to predict that the sentence before has ended. */
export const BEGINNING = 1;
/** Id of every symbol that is not in the vocabulary. */
export const UNKNOWN = 2;

/** The symbols of the reserved ids. No text splits into one of them. */
export const RESERVED: readonly string[] = ['<pad>', '<s>', '<unk>'];

/** How to build a vocabulary from text. */
export interface VocabularyOptions {
  readonly level: Level;
  /** Language of the text as a BCP 47 tag, for words only. Default 'en'. */
  readonly locale?: string | undefined;
  /** How many of the most frequent symbols to keep, the reserved ones not counted. Default: all. */
  readonly size?: number | undefined;
}

/** A vocabulary as it is stored. `symbols[id]` is the symbol of an id, the reserved ones included. */
export interface VocabularyJSON {
  level: Level;
  locale: string;
  symbols: string[];
}

/** A two-way table of symbols and ids; it splits and joins text by its level and locale. */
export class Vocabulary {
  readonly level: Level;
  /** BCP 47 tag of the language words are split by; 'und' at level 'char'. */
  readonly locale: string;
  /** The symbols by id, the reserved ones first. */
  readonly symbols: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(level: Level, locale: string, symbols: readonly string[]) {
    this.level = level;
    this.locale = locale;
    this.symbols = Object.freeze([...symbols]);
    this.#ids = new Map(symbols.map((symbol, id) => [symbol, id]));
  }

  /**
   * The vocabulary of a text.
   * @throws OptionError for an option that is unknown or out of range; DataError for a text without symbols.
   */
  static fromText(text: string, options: VocabularyOptions): Vocabulary {
    checkKnown('Vocabulary.fromText', options, ['level', 'locale', 'size']);
    const { level, size } = options;
    checkChoice('Vocabulary.fromText', 'level', level, LEVELS);
    const locale = checkLocale('Vocabulary.fromText', level, options.locale);
    return new Vocabulary(level, locale, mostFrequent(symbolsOf(text, level, locale), size));
  }

  /**
   * The vocabulary, of level 'word', of sentences that are split already.
   * @throws OptionError for an option that is unknown or out of range; DataError for a word that cannot be one.
   */
  static fromSentences(
    sentences: Iterable<readonly string[]>,
    options: { readonly locale?: string | undefined; readonly size?: number | undefined } = {},
  ): Vocabulary {
    checkKnown('Vocabulary.fromSentences', options, ['locale', 'size']);
    const locale = checkLocale('Vocabulary.fromSentences', 'word', options.locale);
    return new Vocabulary('word', locale, mostFrequent(wordsOf(sentences), options.size));
  }

  /**
   * Reads what `toJSON` wrote. The value may come from an untrusted file: every field is checked.
   * @throws DataError
   */
  static fromJSON(json: unknown): Vocabulary {
    const { level, locale, symbols } = checkFields(json);
    if (!LEVELS.includes(level as Level)) throw badField('level', `one of ${LEVELS.join(', ')}`, level);
    if (!isLocale(locale) || (level === 'char' && locale !== NO_LOCALE))
      throw badField('locale', level === 'char' ? `"${NO_LOCALE}" for characters` : 'a language tag', locale);
    if (!Array.isArray(symbols)) throw badField('symbols', 'an array', symbols);
    return new Vocabulary(level as Level, locale, checkSymbols(symbols, level as Level));
  }

  /** The number of ids, the reserved ones included. */
  get size(): number {
    return this.symbols.length;
  }

  /** The id of a symbol; UNKNOWN when it is not in the vocabulary. */
  idOf(symbol: string): number {
    return this.#ids.get(symbol) ?? UNKNOWN;
  }

  /**
   * The symbol of an id.
   * @throws DataError for an id outside the vocabulary.
   */
  symbolOf(id: number): string {
    const symbol = this.symbols[id];
    if (symbol !== undefined) return symbol;
    throw new DataError(`Vocabulary: an id must be a whole number from 0 to ${this.size - 1}, got ${id}.`);
  }

  /**
   * The ids of a whole text. Characters: one id per code point, line breaks included. Words: BEGINNING before the
   * words of every non-empty line, and one more BEGINNING at the end, the target that ends the last sentence.
   */
  encode(text: string): Int32Array {
    checkText('encode', 'text', text);
    if (this.level === 'word') return this.encodeSentences(Array.from(sentences(text, this.locale), (s) => s.words));
    const ids = new Int32Array(countCharacters(text));
    let at = 0;
    for (const character of text) ids[at++] = this.idOf(character);
    return ids;
  }

  /**
   * The ids of a text that is to be continued: as `encode`, but the last line is left open. Words: an empty prompt,
   * or one that ends in a line break, gives a last BEGINNING, after which a new sentence starts.
   */
  encodePrompt(text: string): Int32Array {
    if (this.level === 'char') return this.encode(text);
    const lastLine = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    const closed = this.encode(text.slice(0, lastLine));
    const open = this.encode(text.slice(lastLine)).subarray(1, -1);
    return Int32Array.from([...(closed.length > 0 ? closed : [BEGINNING]), ...open]);
  }

  /**
   * The ids of sentences that are split already, as `encode` gives them for a text of one sentence a line.
   * @throws OptionError at level 'char'; DataError for an empty sentence or a word that cannot be one.
   */
  encodeSentences(sentences: readonly (readonly string[])[]): Int32Array {
    if (this.level === 'char') throw new OptionError("encodeSentences: the vocabulary must be of level 'word'.");
    if (sentences.length === 0) return new Int32Array(0);
    const ids = new Int32Array(sentences.reduce((sum, words) => sum + words.length + 1, 1)).fill(BEGINNING);
    let at = 0;
    for (const words of sentences) {
      at++;
      for (const word of wordsOf([words])) ids[at++] = this.idOf(word);
    }
    return ids;
  }

  /**
   * The text of ids. BEGINNING becomes a line break between words, and nothing at the very start or between
   * characters; PADDING vanishes; UNKNOWN shows as `<unk>`.
   * @throws DataError for an id outside the vocabulary.
   */
  decode(ids: Iterable<number>): string {
    const lines: string[][] = [[]];
    let first = true;
    for (const id of ids) {
      const symbol = this.symbolOf(id);
      if (id === BEGINNING && this.level === 'word' && !first) lines.push([]);
      if (id !== BEGINNING && id !== PADDING) lines.at(-1)!.push(symbol);
      if (id !== PADDING) first = false;
    }
    return lines.map((words) => (this.level === 'char' ? words.join('') : joinWords(words))).join('\n');
  }

  /** The distinct symbols of a text that are not in the vocabulary, the first seen first. */
  unknownIn(text: string): string[] {
    const symbols = new Set(symbolsOf(text, this.level, this.locale));
    return [...symbols].filter((symbol) => !this.#ids.has(symbol));
  }

  /** Tells this vocabulary from others. */
  get checksum(): number {
    return crc32(new TextEncoder().encode(JSON.stringify(this)));
  }

  /** A plain object for a file; `fromJSON` reads it. */
  toJSON(): VocabularyJSON {
    return { level: this.level, locale: this.locale, symbols: [...this.symbols] };
  }
}

function symbolsOf(text: string, level: Level, locale: string): Iterable<string> {
  return level === 'char' ? text : wordsOf(sentenceWords(text, locale));
}

function* sentenceWords(text: string, locale: string): Generator<readonly string[]> {
  for (const { words } of sentences(text, locale)) yield words;
}

/** The words of sentences one after the other, each checked. */
function* wordsOf(sentences: Iterable<readonly string[]>): Generator<string> {
  for (const words of sentences) {
    if (words.length === 0) throw new DataError('Vocabulary: a sentence must have at least one word. Leave it out.');
    for (const word of words) {
      if (isSymbol(word, 'word')) yield word;
      else throw new DataError(`Vocabulary: a word must be ${SYMBOL_FORM.word}, got ${shown(word)}.`);
    }
  }
}

/** The reserved symbols, then up to `size` symbols by falling count. Maps and sorts keep the order of first sight. */
function mostFrequent(symbols: Iterable<string>, size: number | undefined): string[] {
  if (size !== undefined) checkSize('Vocabulary', 'size', size);
  const counts = new Map<string, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  if (counts.size === 0) throw new DataError('Vocabulary: the text is empty. Give a text with at least one symbol.');
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, size);
  return [...RESERVED, ...sorted.map(([symbol]) => symbol)];
}

const SYMBOL_FORM: Readonly<Record<Level, string>> = {
  char: 'one character',
  word: 'a non-empty string without line breaks or spaces around it, and not reserved',
};

function isSymbol(value: unknown, level: Level): value is string {
  if (typeof value !== 'string' || value === '') return false;
  if (level === 'char') return value.length <= 2 && countCharacters(value) === 1;
  return value.trim() === value && !/[\r\n]/.test(value) && !RESERVED.includes(value);
}

const FIELDS = ['level', 'locale', 'symbols'];

/** The fields of a stored vocabulary, taken one by one: nothing is copied by name from the file. */
function checkFields(json: unknown): { level: unknown; locale: unknown; symbols: unknown } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw badField('the value', 'an object', json);
  const unknown = Object.keys(json).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new DataError(`Vocabulary.fromJSON: unknown field ${shown(unknown)}.`);
  const own = (name: string): unknown => (Object.hasOwn(json, name) ? json[name as keyof typeof json] : undefined);
  return { level: own('level'), locale: own('locale'), symbols: own('symbols') };
}

function checkSymbols(symbols: readonly unknown[], level: Level): string[] {
  RESERVED.forEach((symbol, id) => {
    if (symbols[id] !== symbol) throw badField(`symbol ${id}`, `"${symbol}"`, symbols[id]);
  });
  if (symbols.length === RESERVED.length) throw badField('symbols', 'at least four', symbols.length);
  const checked = new Set(RESERVED);
  for (let id = RESERVED.length; id < symbols.length; id++) {
    const symbol = symbols[id];
    if (!isSymbol(symbol, level)) throw badField(`symbol ${id}`, SYMBOL_FORM[level], symbol);
    if (checked.has(symbol)) throw badField(`symbol ${id}`, 'different from those before it', symbol);
    checked.add(symbol);
  }
  return [...checked];
}

function badField(field: string, wanted: string, got: unknown): DataError {
  return new DataError(`Vocabulary.fromJSON: ${field} must be ${wanted}, got ${shown(got)}.`);
}

/** A value as it is shown in a message: never long, and never by a method of its own. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
