/**
 * Splitting text into tokens and joining tokens into text. Characters are Unicode code points; words come from
 * `Intl.Segmenter` (UAX #29, with the dictionaries of the runtime for Japanese, Chinese, Thai). Those dictionaries
 * differ between runtimes, so a model keeps its vocabulary and never assumes that a text splits alike everywhere.
 */

import { OptionError } from '../errors.js';

/** What a token is: a code point, or a word. */
export type Level = 'char' | 'word';

/** The levels, for checks and help texts. */
export const LEVELS: readonly Level[] = ['char', 'word'];

/** The locale of characters: none ("undetermined" in BCP 47). */
export const NO_LOCALE = 'und';

/**
 * Checks the language of a text: 'en' unless given for words, none for characters.
 * @throws OptionError for a locale this runtime cannot split by, or one given for characters.
 */
export function checkLocale(operation: string, level: Level, locale: string | undefined): string {
  if (level === 'char') {
    if (locale === undefined) return NO_LOCALE;
    throw new OptionError(`${operation}: locale is for level 'word'; characters have none. Leave it out.`);
  }
  const wanted = locale ?? 'en';
  if (isLocale(wanted) && Intl.Segmenter.supportedLocalesOf(wanted).length > 0) return wanted;
  const problem = `${operation}: locale must be a language this runtime can split by, got '${wanted}'.`;
  throw new OptionError(`${problem} Give a language tag such as 'en' or 'ja'.`);
}

/** Whether a value is a well-formed BCP 47 language tag. */
export function isLocale(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}

/** One non-empty line: its words, and the code points it covers with its spaces, its break and blank lines after it. */
export interface Sentence {
  readonly words: readonly string[];
  readonly characters: number;
}

/** The number of code points of a text. */
export function countCharacters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return count;
}

/**
 * The sentences of a text, one per line that holds a word or a sign. A line break is \n, \r\n or \r. Blank lines
 * count for the sentence before them, leading ones for the first, so that the characters add up to the whole text.
 */
export function* sentences(text: string, locale: string): Generator<Sentence> {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
  let words: string[] = [];
  let characters = 0;
  for (const line of lines(text)) {
    const next = line.trim() === '' ? [] : splitWords(line, segmenter);
    if (next.length > 0) {
      if (words.length > 0) {
        yield { words, characters };
        characters = 0;
      }
      words = next;
    }
    characters += countCharacters(line);
  }
  if (words.length > 0) yield { words, characters };
}

/** The lines of a text, each with its line break. */
function* lines(text: string): Generator<string> {
  let start = 0;
  for (const { 0: lineBreak, index } of text.matchAll(/\r\n|\r|\n/g)) {
    yield text.slice(start, index + lineBreak.length);
    start = index + lineBreak.length;
  }
  if (start < text.length) yield text.slice(start);
}

/**
 * Segmenting takes time quadratic in the length of its string, so a long line is read in pieces of this many UTF-16
 * units; what ends within the last `OVERLAP` of a piece is read again with what follows, for its boundary may move.
 */
const PIECE = 512;
const OVERLAP = 64;

/** The word-like segments, punctuation and symbols of one line; white space is dropped. */
function splitWords(line: string, segmenter: Intl.Segmenter): string[] {
  const words: string[] = [];
  let length = PIECE;
  for (let start = 0; start < line.length;) {
    const piece = line.slice(start, start + length);
    const settled = start + length < line.length ? length - OVERLAP : piece.length;
    let end = 0;
    for (const { segment, index } of segmenter.segment(piece)) {
      if (index + segment.length > settled) break;
      end = index + segment.length;
      const word = segment.trim(); // a combining mark after a space comes as one segment with it
      if (word !== '') words.push(word);
    }
    length = end === 0 ? 2 * length : PIECE; // a word longer than the piece
    start += end;
  }
  return words;
}

const CLOSING = new Set([...'.,!?;:)]}”’%…°']);
const OPENING = new Set([...'([{“‘$£€¥#']);
const LINKING = new Set([...'-‐‑–—/']);

/** Signs of full width, which carry their own space. */
const WIDE_SIGN = /^[\u3000-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u;
/** Scripts written without spaces, at the end and at the beginning of a word. */
const ENDS_SPACELESS = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]$/u;
const BEGINS_SPACELESS = /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
/** `3冊` and `第3` are written without a space. */
const NUMBER = /^\p{Nd}+$/u;
const ENDS_KANJI = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]$/u;
const BEGINS_KANJI = /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u;

/**
 * The words of one sentence as text: one space between words, except where typography wants none: before closing
 * and after opening punctuation, around hyphens, dashes and slashes, and between words of scripts without spaces.
 * A straight " or ' opens and closes in turn; a ' that follows a word in -s while none is open is an apostrophe.
 * The choice at a gap never depends on later words, so joining more words only appends.
 */
export function joinWords(words: Iterable<string>): string {
  const open = new Set<string>();
  let text = '';
  let previous = '';
  let previousOpens = true;
  for (const word of words) {
    const straight = word === '"' || word === "'";
    const closes = straight && (open.delete(word) || (word === "'" && /s$/i.test(previous)));
    const opens = straight && !closes;
    if (opens) open.add(word);
    const tight = previousOpens || closes || CLOSING.has(word) || LINKING.has(word) || areTight(previous, word);
    text += tight ? word : ` ${word}`;
    previous = word;
    previousOpens = opens || OPENING.has(word) || LINKING.has(word);
  }
  return text;
}

/** Whether the scripts of two neighbouring words leave no space between them. */
function areTight(left: string, right: string): boolean {
  if (WIDE_SIGN.test(left) || WIDE_SIGN.test(right)) return true;
  if (NUMBER.test(left)) return BEGINS_KANJI.test(right);
  if (NUMBER.test(right)) return ENDS_KANJI.test(left);
  return ENDS_SPACELESS.test(left) && BEGINS_SPACELESS.test(right);
}
