/** Choosing the next token from logits. */

import type { Random } from '../random.js';
import { checkKnown, checkNumber, checkSize } from '../options.js';

/** How the next token is chosen; in this order. */
export interface SampleOptions {
  /**
   * Divides the logits of tokens that there are already, where they are above 0, and multiplies them where they are below,
   * so that both ways they become less likely (Keskar et al. 2019). At least 1; 1.2 is usual. Default 1: no penalty.
   */
  readonly repetitionPenalty?: number | undefined;
  /** Divides the logits: below 1 is bolder, above 1 more even; 0 always takes the most likely. Default 1. */
  readonly temperature?: number | undefined;
  /** Only the k most likely may be taken. Default: all. */
  readonly topK?: number | undefined;
  /**
   * Only the fewest most likely whose probabilities come to p may be taken, p above 0 and at most 1 (nucleus sampling:
   * Holtzman et al. 2020). Default 1: all.
   */
  readonly topP?: number | undefined;
}

/** The names of those options. */
export const SAMPLE_OPTIONS = ['repetitionPenalty', 'temperature', 'topK', 'topP'] as const;

/** @throws OptionError */
export function checkSampleOptions(operation: string, options: SampleOptions): void {
  const { repetitionPenalty = 1, temperature = 1, topK, topP = 1 } = options;
  checkNumber(operation, 'repetitionPenalty', repetitionPenalty, { least: 1 });
  checkNumber(operation, 'temperature', temperature, { least: 0 });
  if (topK !== undefined) checkSize(operation, 'topK', topK);
  checkNumber(operation, 'topP', topP, { above: 0, most: 1 });
}

const NOTHING: ReadonlySet<number> = new Set();

/**
 * Draws an id from softmax(logits / temperature).
 * @param logits (V)
 * @param excluded ids that may not be taken
 * @param seen ids that there are already, which `repetitionPenalty` is for
 */
export function sampleToken(
  logits: ArrayLike<number>,
  random: Random,
  options: SampleOptions,
  excluded: readonly number[] = [],
  seen: ReadonlySet<number> = NOTHING,
): number {
  checkKnown('sample', options, SAMPLE_OPTIONS);
  const { repetitionPenalty: penalty = 1, temperature = 1, topK = logits.length, topP = 1 } = options;
  const penalised = (logit: number): number => (logit > 0 ? logit / penalty : logit * penalty);
  const candidates = Array.from(logits, (logit, id) => ({ id, logit: seen.has(id) ? penalised(logit) : logit }))
    .filter(({ id }) => !excluded.includes(id))
    .sort((a, b) => b.logit - a.logit)
    .slice(0, topK);
  const top = candidates[0]!;
  if (temperature === 0) return top.id;
  const weights = nucleus(
    candidates.map(({ logit }) => Math.exp((logit - top.logit) / temperature)),
    topP,
  );
  let left = random.uniform() * total(weights);
  const chosen = weights.findIndex((weight) => (left -= weight) < 0);
  return candidates[chosen === -1 ? weights.length - 1 : chosen]!.id;
}

/** The fewest weights, of a falling list, whose share of all is at least p. */
function nucleus(weights: readonly number[], p: number): readonly number[] {
  if (p === 1) return weights;
  const wanted = p * total(weights);
  let sum = 0;
  return weights.slice(0, 1 + weights.findIndex((weight) => (sum += weight) >= wanted));
}

function total(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}
