/** The mean cross-entropy of a batch of predictions. Equations: src/kernels/cross-entropy.ts. */

import { engineOf } from '../engine.js';
import type { Ids } from '../engine.js';
import { DataError, OptionError, ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkKnown } from '../options.js';
import { Axes, formatShape } from '../shape.js';
import { checkForm, checkIds } from './embedding.js';

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** A target id whose rows do not count, for padding. Default: none. */
  readonly ignoreIndex?: number;
}

/** No id: a target that checkIds would refuse. */
const NOTHING = -1;

/**
 * The mean over all rows that count of -log softmax(logits)[target], in nats. Summed in 64 bits.
 * @param logits the shape of targets, then V
 * @param targets ids below V, or the ignored id
 * @returns a view of one element
 * @throws ShapeError, DataError for a target outside the vocabulary or if no row counts
 */
export function crossEntropy(logits: View, targets: Ids, options: CrossEntropyOptions = {}): View {
  const engine = engineOf(logits);
  checkKnown('crossEntropy', options, ['ignoreIndex']);
  const { ignoreIndex: ignored = NOTHING } = options;
  if ((ignored | 0) !== ignored) {
    throw new OptionError(`crossEntropy: ignoreIndex must be a whole number of 32 bits, got ${String(ignored)}.`);
  }
  const V = logits.shape.at(-1)!;
  const leading = logits.shape.slice(0, -1);
  const axes = leading.map((_, axis) => `N${'abcdefgh'[axis]}`).join(' ');
  new Axes('crossEntropy')
    .check('logits', leading, axes)
    .check('targets', checkForm('crossEntropy', 'targets', targets).shape, axes);
  checkIds('crossEntropy', targets, V, options.ignoreIndex);
  const n = targets.data.length;
  if (n === 0)
    throw new ShapeError(`crossEntropy: targets of shape ${formatShape(targets.shape)} hold nothing to predict.`);
  const counted = targets.data.reduce((count, target) => count + (target === ignored ? 0 : 1), 0);
  if (counted === 0) throw new DataError('crossEntropy: every target is the ignored id, so there is no loss to take.');
  const loss = engine.output('loss of crossEntropy', [], logits.requiresGrad);
  const logSums = engine.memory.reserve(n);
  const targetsPtr = engine.ids(targets.data);
  engine.memory.scratch(() => {
    const losses = engine.memory.reserve(n);
    engine.kernels.crossEntropyForward(losses, logSums, logits.ptr, targetsPtr, n, V, ignored);
    let sum = 0;
    for (const value of engine.memory.view(losses, n)) sum += value;
    engine.memory.view(loss.ptr, 1)[0] = sum / counted;
  });
  logits.keep();
  engine.tape.record('crossEntropy', () => {
    if (!loss.hasGradient || !logits.requiresGrad) return;
    const scale = engine.memory.view(loss.gradient(), 1)[0]! / counted;
    const { ptr, accumulate } = logits.gradientInPlace();
    engine.kernels.crossEntropyBackward(ptr, logits.ptr, logSums, targetsPtr, n, V, ignored, scale, accumulate);
  });
  return loss;
}
