/** The mean squared error of predictions. Equations: src/kernels/mean-squared-error.ts. */

import { engineOf } from '../engine.js';
import type { HostArray } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { Axes, formatShape } from '../shape.js';

/**
 * The mean over all elements of (prediction - target)^2, as PyTorch's `mse_loss` with its mean reduction. Summed in 64
 * bits.
 * @param predictions any shape
 * @param targets the same shape, in the unit of the predictions
 * @returns a view of one element
 * @throws ShapeError for another shape, or if there is no element
 */
export function meanSquaredError(predictions: View, targets: HostArray): View {
  const engine = engineOf(predictions);
  const { kernels, memory, tape } = engine;
  const axes = predictions.shape.map((_, axis) => `N${'abcdefgh'[axis]}`).join(' ');
  new Axes('meanSquaredError')
    .check('predictions', predictions.shape, axes)
    .check('targets', checkForm(targets).shape, axes);
  const n = predictions.size;
  if (n === 0) {
    throw new ShapeError(`meanSquaredError: targets of shape ${formatShape(targets.shape)} hold nothing to predict.`);
  }
  const loss = engine.output('loss of meanSquaredError', [], predictions.requiresGrad);
  const wanted = engine.input(targets, 'targets of meanSquaredError');
  const mean = kernels.meanSquaredErrorForward(predictions.ptr, wanted.ptr, n);
  memory.view(loss.ptr, 1)[0] = mean;
  predictions.keep();
  tape.record('meanSquaredError', () => {
    if (!loss.hasGradient || !predictions.requiresGrad) return;
    const scale = (2 * memory.view(loss.gradient(), 1)[0]!) / n;
    const { ptr, accumulate } = predictions.gradientSlot();
    kernels.meanSquaredErrorBackward(ptr, predictions.ptr, wanted.ptr, n, scale, accumulate);
  });
  return loss;
}

/** Checks that targets are numbers with their shape. @throws ShapeError */
function checkForm(targets: HostArray): HostArray {
  const { data, shape } = Object(targets) as Partial<HostArray>;
  if (Array.isArray(shape) && typeof data?.length === 'number') return targets;
  throw new ShapeError('meanSquaredError: targets must be numbers with their shape, { data, shape }.');
}
