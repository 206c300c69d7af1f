/** The cross-entropy of a batch of predictions. Equations: src/kernels/cross-entropy.ts, src/kernels/label-smoothing.ts. */

import { engineOf } from '../engine.js';
import type { Ids } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkNumber } from '../options.js';
import { Axes } from '../shape.js';
import { checkForm, checkIds } from './embedding.js';
import { axesOf, checkLossOptions, checkSome, countPositions, recordLoss, sumLosses } from './loss.js';
import type { LossOptions } from './loss.js';

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends LossOptions {
  /** A target id whose rows do not count, for padding. Default: none. */
  readonly ignoreIndex?: number;
  /**
   * e in [0, 1]: the target is a mixture, 1 - e of the class given and e of all classes alike (Szegedy et al. 2016).
   * A class ruled out by a logit of -Infinity then costs Infinity. Default 0.
   */
  readonly labelSmoothing?: number;
}

/** No id: a target that checkIds would refuse. */
const NOTHING = -1;

/**
 * The mean over all rows that count of -log softmax(logits)[target], in nats. Summed in 64 bits.
 * @param logits the shape of targets, then V
 * @param targets ids below V, or the ignored id
 * @returns a view of one element
 * @throws ShapeError, OptionError; DataError for a target outside the vocabulary or if no row counts
 */
export function crossEntropy(logits: View, targets: Ids, options: CrossEntropyOptions = {}): View {
  const operation = 'crossEntropy';
  const engine = engineOf(logits);
  const isSum = checkLossOptions(operation, options, ['ignoreIndex', 'labelSmoothing']);
  const { ignoreIndex: ignored = NOTHING } = options;
  if ((ignored | 0) !== ignored) {
    throw new OptionError(`${operation}: ignoreIndex must be a whole number of 32 bits, got ${String(ignored)}.`);
  }
  const smoothing = checkNumber(operation, 'labelSmoothing', options.labelSmoothing ?? 0, { least: 0, most: 1 });
  const V = logits.shape.at(-1)!;
  const leading = logits.shape.slice(0, -1);
  const axes = axesOf(leading);
  new Axes(operation)
    .check('logits', leading, axes)
    .check('targets', checkForm(operation, 'targets', targets).shape, axes);
  checkSome(operation, 'targets', leading);
  const { positions } = countPositions(operation, 'logits', leading, options);
  checkIds(operation, targets, V, options.ignoreIndex, positions);
  const ids = positions === undefined ? targets.data : targets.data.map((id, i) => (positions[i] === 0 ? ignored : id));
  const n = ids.length;
  const counted = ids.reduce((count, id) => count + (id === ignored ? 0 : 1), 0);
  if (counted === 0) throw new DataError(`${operation}: every target is the ignored id, so there is no loss to take.`);
  const { kernels, memory } = engine;
  const logSums = memory.reserve(n);
  const idsPtr = engine.ids(ids);
  const sum = memory.scratch(() => {
    const losses = memory.reserve(n);
    kernels.crossEntropyForward(losses, logSums, logits.ptr, idsPtr, n, V, ignored);
    if (smoothing > 0) kernels.labelSmoothingForward(losses, logits.ptr, idsPtr, n, V, ignored, smoothing);
    return sumLosses(memory.view(losses, n));
  });
  return recordLoss(operation, [logits], sum, isSum ? 1 : counted, (scale) => {
    const { ptr, accumulate } = logits.gradientInPlace();
    kernels.crossEntropyBackward(ptr, logits.ptr, logSums, idsPtr, n, V, ignored, scale, accumulate);
    if (smoothing > 0) kernels.labelSmoothingBackward(ptr, idsPtr, n, V, ignored, smoothing * scale);
  });
}
