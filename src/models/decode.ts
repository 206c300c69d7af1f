/** Writing a sequence token by token with a model that tells what comes next: the most likely token, or a drawn one. */

import { PADDING, UNKNOWN } from '../data/vocabulary.js';
import type { FloatArray } from '../memory/heap.js';
import { checkNumber, checkSize } from '../options.js';

/** What a model says of the next token of several sequences, the rows. */
export interface NextTokens<S, N> {
  /** (R, V): logits. */
  readonly logits: FloatArray;
  /** The state of all rows behind the tokens they were given. */
  readonly state: S;
  /** What is written down beside each row's token, such as what it attended to. */
  readonly notes?: readonly N[] | undefined;
}

/** A model as those who search for sequences see it. S is the state of all rows, N a note beside a token. */
export interface TokenModel<S, N = never> {
  /** V. */
  readonly size: number;
  /** The id that ends a sequence, and begins one. */
  readonly end: number;
  /** Feeds a token to each row. */
  step(tokens: Int32Array, state: S): NextTokens<S, N>;
  /** The states of some rows, in this order; a row may come again. */
  select(state: S, rows: readonly number[]): S;
}

/** A sequence that a search has found. */
export interface Hypothesis<N = never> {
  /** The tokens, without the end. */
  readonly ids: readonly number[];
  /** The logarithm of their probability, that of the end included. */
  readonly logProb: number;
  /** Whether the end came before there was no more room. */
  readonly ended: boolean;
  /** One for each token, the end included. */
  readonly notes: readonly N[];
}

/** How long sequences get, and how they are compared. */
export interface SearchOptions {
  /** The most tokens, the end included. */
  readonly maxLength: number;
  /** See `lengthPenalty`. Default 0.6. */
  readonly lengthPenalty?: number | undefined;
}

/** Ids that are never written: they stand for no text. */
export const UNWRITTEN: readonly number[] = [PADDING, UNKNOWN];

/** @throws OptionError */
export function checkSearch(operation: string, { maxLength, lengthPenalty = 0.6 }: SearchOptions): void {
  checkSize(operation, 'maxLength', maxLength);
  checkNumber(operation, 'lengthPenalty', lengthPenalty, { least: 0 });
}

/**
 * What the logarithm of a sequence's probability is divided by, so that longer ones are not at a loss:
 * ((5 + n) / 6)^alpha (Wu et al. 2016, equation 14).
 * @param n tokens, the end included
 * @param alpha 0: the probability as it is
 */
export function lengthNorm(n: number, alpha: number): number {
  return ((5 + n) / 6) ** alpha;
}

/** The score of a sequence: the higher, the better. */
export function scoreOf(found: Pick<Hypothesis, 'ids' | 'logProb' | 'ended'>, alpha: number = 0.6): number {
  return found.logProb / lengthNorm(found.ids.length + (found.ended ? 1 : 0), alpha);
}

/** The logarithm of the sum of the exponentials. */
export function logSumExp(values: FloatArray): number {
  let [most, sum] = [-Infinity, 0];
  for (const value of values) most = Math.max(most, value);
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

/** Row r of (R, V). */
export function rowOf(values: FloatArray, r: number, V: number): FloatArray {
  return values.subarray(r * V, (r + 1) * V);
}

/**
 * Writes one sequence for each row, a token of each at a time.
 * @param state that all rows begin from
 * @param rows how many there are
 * @param choose the token a row goes on with, from its logits (V)
 */
export function decode<S, N = never>(
  model: Omit<TokenModel<S, N>, 'select'>,
  state: S,
  rows: number,
  maxLength: number,
  choose: (logits: FloatArray) => number,
): Hypothesis<N>[] {
  const found = Array.from({ length: rows }, () => ({
    ids: [] as number[],
    logProb: 0,
    ended: false,
    notes: [] as N[],
  }));
  let tokens = new Int32Array(rows).fill(model.end);
  for (let t = 0; t < maxLength && found.some(({ ended }) => !ended); t++) {
    const next = model.step(tokens, state);
    tokens = Int32Array.from(found, (row, r) => {
      if (row.ended) return model.end;
      const logits = rowOf(next.logits, r, model.size);
      const id = choose(logits);
      row.logProb += logits[id]! - logSumExp(logits);
      if (next.notes !== undefined) row.notes.push(next.notes[r]!);
      row.ended = id === model.end;
      if (!row.ended) row.ids.push(id);
      return id;
    });
    state = next.state;
  }
  return found;
}
