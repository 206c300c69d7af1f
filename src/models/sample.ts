/** Choosing the next token from logits. */

import type { Random } from '../random.js';
import { checkKnown, checkNumber, checkSize } from '../options.js';

/** How the next token is chosen. */
export interface SampleOptions {
  /** Divides the logits: below 1 is bolder, above 1 more even; 0 always takes the most likely. Default 1. */
  readonly temperature?: number | undefined;
  /** Only the k most likely may be taken. Default: all. */
  readonly topK?: number | undefined;
}

/** @throws OptionError */
export function checkSampleOptions(operation: string, options: SampleOptions): void {
  checkNumber(operation, 'temperature', options.temperature ?? 1, { least: 0 });
  if (options.topK !== undefined) checkSize(operation, 'topK', options.topK);
}

/**
 * Draws an id from softmax(logits / temperature).
 * @param logits (V)
 * @param excluded ids that may not be taken
 */
export function sampleToken(
  logits: ArrayLike<number>,
  random: Random,
  options: SampleOptions,
  excluded: readonly number[] = [],
): number {
  checkKnown('sample', options, ['temperature', 'topK']);
  const { temperature = 1, topK = logits.length } = options;
  const candidates = Array.from(logits, (logit, id) => ({ id, logit }))
    .filter(({ id }) => !excluded.includes(id))
    .sort((a, b) => b.logit - a.logit)
    .slice(0, topK);
  const top = candidates[0]!;
  if (temperature === 0) return top.id;
  const weights = candidates.map(({ logit }) => Math.exp((logit - top.logit) / temperature));
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => (left -= weight) < 0);
  return candidates[chosen === -1 ? candidates.length - 1 : chosen]!.id;
}
