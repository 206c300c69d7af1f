/** How well the cosines of vectors agree with what people think of pairs of words: WordSim-353, SimLex-999 and their like. */

import { DataError } from '../../errors.js';
import { checkFlag, checkKnown } from '../../options.js';
import { textLines } from './lines.js';
import type { WordVectors } from './word-vectors.js';

/** Two words, and how similar people find them. */
export interface WordPair {
  readonly a: string;
  readonly b: string;
  readonly score: number;
}

/** How the pairs are looked up. */
export interface SimilarityOptions {
  /** Whether the words of the pairs are made lower-case. Default false. */
  readonly lowerCase?: boolean | undefined;
}

/** How cosines and scores go together. */
export interface SimilarityScore {
  /** Correlation of the cosines and the scores; NaN where there are fewer than two pairs, or all are alike. */
  readonly pearson: number;
  /** Correlation of their ranks; equal ones share the mean of theirs. */
  readonly spearman: number;
  /** Pairs of which both words have vectors. */
  readonly asked: number;
  /** Pairs left out, because a word has no vector. */
  readonly unknown: number;
}

/** Reads pairs: two words and a number, with tabs between; lines that begin with # are notes. @throws DataError with the line */
export function parsePairs(text: string, name: string = 'pairs'): WordPair[] {
  const pairs: WordPair[] = [];
  for (const { line, number } of textLines(text)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [a = '', b = '', score = '', ...rest] = line.split('\t').map((field) => field.trim());
    const value = score === '' ? NaN : Number(score);
    if (a === '' || b === '' || rest.length > 0 || !Number.isFinite(value)) {
      const got = line.length > 60 ? `${line.slice(0, 60)}…` : line;
      throw new DataError(
        `${name}, line ${number}: a pair must be word, word and number with tabs between, got ${JSON.stringify(got)}. Begin notes with #.`,
      );
    }
    pairs.push({ a, b, score: value });
  }
  if (pairs.length > 0) return pairs;
  throw new DataError(`${name}: there are no pairs. Give lines of word, word and number with tabs between.`);
}

/** Compares cosines with the scores of pairs. @throws OptionError */
export function evaluateSimilarity(
  vectors: WordVectors,
  pairs: readonly WordPair[],
  options: SimilarityOptions = {},
): SimilarityScore {
  checkKnown('evaluateSimilarity', options, ['lowerCase']);
  const isLower = checkFlag('evaluateSimilarity', 'lowerCase', options.lowerCase ?? false);
  const fold = (word: string): string => (isLower ? word.toLowerCase() : word);
  const known = pairs.filter(({ a, b }) => vectors.has(fold(a)) && vectors.has(fold(b)));
  const cosines = known.map(({ a, b }) => vectors.similarity(fold(a), fold(b)));
  const scores = known.map(({ score }) => score);
  return {
    pearson: correlation(cosines, scores),
    spearman: correlation(ranks(cosines), ranks(scores)),
    asked: known.length,
    unknown: pairs.length - known.length,
  };
}

/** Pearson's correlation. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, i) => {
    xy += (value - mx) * (y[i]! - my);
    xx += (value - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  });
  return xy / Math.sqrt(xx * yy);
}

/** The rank of each value, from 1; equal ones share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const places = new Map<number, { sum: number; count: number }>();
  sorted.forEach((value, i) => {
    const { sum, count } = places.get(value) ?? { sum: 0, count: 0 };
    places.set(value, { sum: sum + i + 1, count: count + 1 });
  });
  return values.map((value) => places.get(value)!.sum / places.get(value)!.count);
}
