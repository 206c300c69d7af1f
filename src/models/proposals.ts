/**
 * How negatives for a sampled softmax are drawn: so many draws, of which an id that comes again counts once. Either
 * log-uniformly by rank, P(r) = log((r + 2) / (r + 1)) / log(V + 1), r from 0, which is close to Zipf's law and needs no
 * counts, as a vocabulary is in the order of frequency; or by how often each id occurs, plus one (unigram).
 */

import { OptionError } from '../errors.js';
import type { Negatives } from '../ops/sampled-softmax.js';
import type { Random } from '../random.js';

/** By rank in the vocabulary, or by counts of the ids. */
export type ProposalOption = 'log-uniform' | readonly number[];

/** Draws ids of a vocabulary. */
export class Proposals {
  /** By id. */
  readonly #probabilities: Float64Array;
  /**
   * The sums of the probabilities in 32 bits, which are those of a random number: what Math.log rounds otherwise in
   * another runtime is far below them.
   */
  readonly #thresholds: Float64Array;

  /** @param size V */
  constructor(size: number, option: ProposalOption) {
    const weights = option === 'log-uniform' ? byRank(size) : Float64Array.from(option, (count) => count + 1);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#probabilities = weights.map((weight) => weight / total);
    let sum = 0;
    this.#thresholds = this.#probabilities.map((p) => Math.round((sum += p) * 2 ** 32));
  }

  /** Different ids, at most as many as there are draws. */
  draw(random: Random, draws: number): Negatives {
    const ids = Int32Array.from({ length: draws }, () => this.#find(random.bits()));
    // An id is there unless every draw misses it: 1 - (1 - p)^draws.
    const logExpected = (id: number): number => Math.log(-Math.expm1(draws * Math.log1p(-this.#probabilities[id]!)));
    return { ids: Int32Array.from(new Set(ids)), logExpected };
  }

  /** The first id whose threshold is above the bits. */
  #find(bits: number): number {
    let [low, high] = [0, this.#thresholds.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#thresholds[middle]! > bits) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The padding, id 0, is the rarest; the others are in the order of their ids. */
function byRank(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, id) => {
    const rank = id === 0 ? size - 1 : id - 1;
    return Math.log((rank + 2) / (rank + 1));
  });
}

/** Checks how proposals are made. @throws OptionError */
export function checkProposals(operation: string, option: unknown, size: number): ProposalOption {
  if (option === 'log-uniform') return option;
  const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
  if (Array.isArray(option) && option.length === size && option.every(isCount)) return option as number[];
  const got = Array.isArray(option) ? `a list of ${option.length}` : String(option);
  throw new OptionError(
    `${operation}: proposals must be 'log-uniform' or a list of counts of at least 0 for each of the ${size} ids of the ` +
      `vocabulary, got ${got}. corpus.counts() gives one.`,
  );
}
