/** Losses that are a sum over elements. Equations: src/kernels/pointwise-loss.ts. */

import { engineOf } from '../engine.js';
import type { HostArray } from '../engine.js';
import { ABSOLUTE, HUBER, LOGISTIC, SQUARED } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import { checkNumber } from '../options.js';
import { checkLossOptions, checkProbability, checkTargets, countPositions, recordLoss } from './loss.js';
import type { LossOptions } from './loss.js';

/** Options of `huberLoss`. */
export interface HuberLossOptions extends LossOptions {
  /** Where squares turn into lines, in the unit of the predictions, above 0. Default 1. */
  readonly delta?: number;
}

/**
 * The mean over all elements that count of (prediction - target)^2, as PyTorch's `mse_loss`. Summed in 64 bits, like
 * every loss here.
 * @param predictions any shape
 * @param targets the same shape, in the unit of the predictions
 * @returns a view of one element
 * @throws ShapeError for another shape, or if there is no element; DataError if nothing counts; OptionError
 */
export function meanSquaredError(predictions: View, targets: HostArray, options: LossOptions = {}): View {
  const isSum = checkLossOptions('meanSquaredError', options);
  return pointwiseLoss({ operation: 'meanSquaredError', kind: SQUARED, isSum }, predictions, targets, options);
}

/** The mean over all elements that count of |prediction - target|, as PyTorch's `l1_loss`. Else as `meanSquaredError`. */
export function meanAbsoluteError(predictions: View, targets: HostArray, options: LossOptions = {}): View {
  const isSum = checkLossOptions('meanAbsoluteError', options);
  return pointwiseLoss({ operation: 'meanAbsoluteError', kind: ABSOLUTE, isSum }, predictions, targets, options);
}

/**
 * The mean over all elements that count of d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), for
 * d = prediction - target, as PyTorch's `huber_loss`. Else as `meanSquaredError`.
 */
export function huberLoss(predictions: View, targets: HostArray, options: HuberLossOptions = {}): View {
  const isSum = checkLossOptions('huberLoss', options, ['delta']);
  const delta = checkNumber('huberLoss', 'delta', options.delta ?? 1, { above: 0 });
  return pointwiseLoss({ operation: 'huberLoss', kind: HUBER, isSum, delta }, predictions, targets, options);
}

/**
 * The mean over all elements that count of the cross-entropy in nats of a yes or no each, as PyTorch's
 * `binary_cross_entropy_with_logits`. Else as `meanSquaredError`.
 * @param logits any shape; the probability of yes is 1 / (1 + exp(-logit)), so take no sigmoid before
 * @param targets the same shape, probabilities of yes in [0, 1]
 * @throws DataError also for a target that counts and is no probability
 */
export function binaryCrossEntropy(logits: View, targets: HostArray, options: LossOptions = {}): View {
  const isSum = checkLossOptions('binaryCrossEntropy', options);
  return pointwiseLoss({ operation: 'binaryCrossEntropy', kind: LOGISTIC, isSum }, logits, targets, options);
}

/** Which loss it is. */
interface Form {
  readonly operation: string;
  readonly kind: number;
  readonly isSum: boolean;
  readonly delta?: number;
}

function pointwiseLoss(
  { operation, kind, isSum, delta = 0 }: Form,
  predictions: View,
  targets: HostArray,
  options: LossOptions,
): View {
  const engine = engineOf(predictions);
  const { kernels } = engine;
  const { shape, size: n } = predictions;
  const argument = kind === LOGISTIC ? 'logits' : 'predictions';
  checkTargets(operation, argument, shape, targets);
  const { positions, count } = countPositions(operation, argument, shape, options);
  const wanted = engine.input(targets, `targets of ${operation}`);
  if (kind === LOGISTIC) {
    for (let i = 0; i < n; i++) if (positions?.[i] !== 0) checkProbability(operation, targets.data[i]!, i, shape);
  }
  const mask = positions === undefined ? 0 : engine.ids(positions);
  const sum = kernels.pointwiseLossForward(predictions.ptr, wanted.ptr, mask, n, kind, delta);
  return recordLoss(operation, [predictions], sum, isSum ? 1 : count, (scale) => {
    const { ptr, accumulate } = predictions.gradientSlot();
    kernels.pointwiseLossBackward(ptr, predictions.ptr, wanted.ptr, mask, n, kind, delta, scale, accumulate);
  });
}
