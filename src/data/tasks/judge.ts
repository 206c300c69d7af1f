/** Judging classes: the most likely one must be the target. */

import { IGNORED } from '../sequences.js';
import type { IdTensor, SequenceBatch } from '../sequences.js';
import type { Judgement } from './task.js';

/**
 * Counts the targets of sequence b whose class has the highest logit.
 * @param logits the shape of the targets, (T, B), then O
 * @param except a target that is not asked, beside those that do not count
 */
export function judgeClasses(
  logits: ArrayLike<number>,
  { targets }: SequenceBatch,
  b: number,
  except: number = IGNORED,
): Judgement {
  const { data, shape } = targets as IdTensor;
  const B = shape.at(-1)!;
  const classes = logits.length / data.length;
  let [correct, asked] = [0, 0];
  for (let row = b; row < data.length; row += B) {
    const target = data[row]!;
    if (target === IGNORED || target === except) continue;
    asked++;
    if (mostLikely(logits, row * classes, classes) === target) correct++;
  }
  return { correct, asked };
}

/** The class of the highest logit from `from` on, the first of equals; none if one is NaN. */
function mostLikely(logits: ArrayLike<number>, from: number, classes: number): number {
  let best = 0;
  for (let k = 0; k < classes; k++) {
    const logit = logits[from + k]!;
    if (Number.isNaN(logit)) return IGNORED;
    if (logit > logits[from + best]!) best = k;
  }
  return best;
}

/** -p ln p - (1 - p) ln (1 - p): the nats of a choice between two. */
export function binaryEntropy(p: number): number {
  return [p, 1 - p].reduce((sum, q) => (q > 0 ? sum - q * Math.log(q) : sum), 0);
}
