/** Sentences with blanks, and the words that are most likely there. */

import { UNKNOWN } from '../data/vocabulary.js';
import type { Vocabulary } from '../data/vocabulary.js';
import { DataError } from '../errors.js';
import { refuseUnknown } from './generate.js';

/** A word, and how likely it is among all words. */
export interface Guess {
  readonly word: string;
  readonly probability: number;
}

/** A sentence whose blanks are filled. */
export interface Filled {
  /** With the most likely word in every blank. */
  readonly text: string;
  /** For each blank its most likely words, the likeliest first. */
  readonly blanks: readonly (readonly Guess[])[];
}

const OPERATION = 'fill';
const BLANK = /\[MASK\]|_{3,}/;

/**
 * Fills the blanks of a sentence.
 * @param top words for each blank
 * @param mask the id of a blank
 * @param predict the logits, (places, V), at places of the ids
 * @throws DataError
 */
export function fillBlanks(
  vocabulary: Vocabulary,
  text: string,
  top: number,
  mask: number,
  predict: (ids: Int32Array, places: Int32Array) => ArrayLike<number>,
): Filled {
  const ids = idsOf(vocabulary, text, mask);
  const places = Int32Array.from([...ids.entries()].filter(([, id]) => id === mask).map(([place]) => place));
  const logits = Array.from(predict(ids, places));
  const blanks = Array.from(places, (_, i) => {
    return likeliest(vocabulary, logits.slice(i * vocabulary.size, (i + 1) * vocabulary.size), top);
  });
  places.forEach((place, i) => (ids[place] = vocabulary.idOf(blanks[i]![0]!.word)));
  return { text: vocabulary.decode(ids), blanks };
}

/** The ids of a sentence, with `mask` for every blank. @throws DataError */
function idsOf(vocabulary: Vocabulary, text: string, mask: number): Int32Array {
  const parts = text.trim().split(BLANK);
  if (parts.length === 1) {
    throw new DataError(`${OPERATION}: the text has no blank. Write ___ or [MASK] where a word is to be found.`);
  }
  if (/[\r\n]/.test(text.trim())) throw new DataError(`${OPERATION}: the text has several lines. Give one sentence.`);
  const isChar = vocabulary.level === 'char';
  refuseUnknown(`${OPERATION}: the text`, vocabulary, parts.join(isChar ? '' : ' '));
  const encoded = parts.map((part) => {
    if (isChar) return [...vocabulary.encode(part)];
    return [...vocabulary.encodePrompt(part)].slice(1); // without the symbol that begins a sentence
  });
  return Int32Array.from(encoded.flatMap((ids, i) => (i === 0 ? ids : [mask, ...ids])));
}

/** The likeliest words and their share of all words; the reserved ids are none. */
function likeliest(vocabulary: Vocabulary, logits: readonly number[], top: number): Guess[] {
  const words = logits.map((logit, id) => ({ id, logit })).slice(UNKNOWN + 1);
  words.sort((a, b) => b.logit - a.logit);
  const best = words[0]!.logit;
  const total = words.reduce((sum, { logit }) => sum + Math.exp(logit - best), 0);
  return words.slice(0, top).map(({ id, logit }) => {
    return { word: vocabulary.symbolOf(id), probability: Math.exp(logit - best) / total };
  });
}
