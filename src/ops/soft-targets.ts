/** Losses against distributions over classes. Equations: src/kernels/soft-targets.ts. */

import { engineOf } from '../engine.js';
import type { HostArray } from '../engine.js';
import { DataError, ShapeError } from '../errors.js';
import { LOG_PROBABILITIES, LOGITS } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import { checkChoice } from '../options.js';
import { formatShape } from '../shape.js';
import { position } from './embedding.js';
import { checkLossOptions, checkProbability, checkTargets, countPositions, recordLoss, sumLosses } from './loss.js';
import type { LossOptions } from './loss.js';

/** Options of `softCrossEntropy` and `klDivergence`. */
export interface SoftTargetsOptions extends LossOptions {
  /** What the predictions are: 'logits' (default), of which a softmax is taken, or 'logProbabilities', which are not. */
  readonly form?: 'logits' | 'logProbabilities';
}

/** How far the probabilities of a row may add up to something else than 1. */
const SLACK = 1e-3;

/**
 * The mean over all rows that count of -sum_v p_v log softmax(logits)_v, in nats: cross-entropy against distributions
 * p instead of single classes. Each row is summed in 64 bits, and so are the rows.
 * @param predictions (..., V)
 * @param targets the same shape, probabilities that add up to 1 along V
 * @returns a view of one element
 * @throws ShapeError, OptionError; DataError for targets that are no distributions or if no row counts
 */
export function softCrossEntropy(predictions: View, targets: HostArray, options: SoftTargetsOptions = {}): View {
  return softTargets('softCrossEntropy', 0, predictions, targets, options);
}

/**
 * The mean over all rows that count of the divergence sum_v p_v (log p_v - log softmax(logits)_v) of Kullback and
 * Leibler, in nats: PyTorch's `kl_div` summed, over the number of rows. It has the gradient of `softCrossEntropy`, and
 * is 0 where the predictions are the targets. Else as `softCrossEntropy`.
 */
export function klDivergence(predictions: View, targets: HostArray, options: SoftTargetsOptions = {}): View {
  return softTargets('klDivergence', 1, predictions, targets, options);
}

function softTargets(
  operation: string,
  divergence: 0 | 1,
  predictions: View,
  targets: HostArray,
  options: SoftTargetsOptions,
): View {
  const engine = engineOf(predictions);
  const { kernels, memory } = engine;
  const { shape } = predictions;
  const isSum = checkLossOptions(operation, options, ['form']);
  const given = checkChoice(operation, 'form', options.form ?? 'logits', ['logits', 'logProbabilities']);
  const form = given === 'logits' ? LOGITS : LOG_PROBABILITIES;
  if (shape.length === 0) {
    throw new ShapeError(`${operation}: predictions must be (..., V), got ${formatShape(shape)}.`);
  }
  checkTargets(operation, 'predictions', shape, targets);
  const V = shape.at(-1)!;
  const n = predictions.size / V;
  const { positions, count } = countPositions(operation, 'predictions', shape.slice(0, -1), options);
  const wanted = engine.input(targets, `targets of ${operation}`);
  checkDistributions(operation, targets, V, positions);
  const mask = positions === undefined ? 0 : engine.ids(positions);
  const logSums = memory.reserve(n);
  const sum = memory.scratch(() => {
    const losses = memory.reserve(n);
    kernels.softTargetsForward(losses, logSums, predictions.ptr, wanted.ptr, mask, n, V, form, divergence);
    return sumLosses(memory.view(losses, n));
  });
  return recordLoss(operation, [predictions], sum, isSum ? 1 : count, (scale) => {
    const { ptr, accumulate } = predictions.gradientInPlace();
    kernels.softTargetsBackward(ptr, predictions.ptr, wanted.ptr, logSums, mask, n, V, form, scale, accumulate);
  });
}

/** Checks that the rows that count are probabilities and add up to 1. @throws DataError */
function checkDistributions(operation: string, { data, shape }: HostArray, V: number, counts?: Int32Array): void {
  const leading = shape.slice(0, -1);
  for (let row = 0; row < data.length / V; row++) {
    if (counts?.[row] === 0) continue;
    let sum = 0;
    for (let v = row * V; v < (row + 1) * V; v++) sum += checkProbability(operation, data[v]!, v, shape);
    if (Math.abs(sum - 1) <= SLACK) continue;
    const where = `${sum} at ${position(row, leading)}`;
    throw new DataError(`${operation}: targets must add up to 1 along the last axis, got ${where}.`);
  }
}
