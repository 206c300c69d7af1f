/** Dropout while training, nothing while evaluating. Equations and source: src/kernels/dropout.ts. */

import { engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkChoice, checkKnown, checkNumber } from '../options.js';
import { formatShape } from '../shape.js';

/** What a mask is drawn for: each element, or each element of a step, the same for every step of the sequence. */
export const DROPOUT_MASKS = ['element', 'sequence'] as const;

/** One of those. */
export type DropoutMask = (typeof DROPOUT_MASKS)[number];

/** Options of `dropout`. */
export interface DropoutOptions {
  /**
   * 'element' (default): every element is dropped on its own. 'sequence': x is (T, B, ...) and all T steps share one
   * mask (1, B, ...), which is variational dropout (Gal and Ghahramani 2016).
   */
  readonly mask?: DropoutMask;
}

/**
 * Zeroes each element with probability p and scales the rest by 1 / (1 - p). While evaluating x is returned as it is.
 * @param x any shape; with a mask for the sequence (T, B, ...)
 * @param p in [0, 1)
 * @throws OptionError, ShapeError
 */
export function dropout(x: View, p: number, options: DropoutOptions = {}): View {
  const engine = engineOf(x);
  checkNumber('dropout', 'p', p, { least: 0, below: 1 });
  checkKnown('dropout', options, ['mask']);
  const mask = checkChoice('dropout', 'mask', options.mask ?? 'element', DROPOUT_MASKS);
  if (mask === 'sequence' && x.shape.length < 2) {
    throw new ShapeError(`dropout: x must be (T, B, ...) for a mask of the sequence, got ${formatShape(x.shape)}.`);
  }
  if (p === 0 || !engine.tape.recording) return x;
  const { kernels, memory } = engine;
  const y = engine.output('output of dropout', x.shape, x.requiresGrad);
  const drawn = drawMask(engine, p);
  // A step at a time, each from the first index of the mask on; or all at once.
  const steps = mask === 'sequence' ? x.shape[0]! : 1;
  const n = steps === 0 ? 0 : x.size / steps;
  const bytes = memory.bytes(n);
  for (let t = 0; t < steps; t++) kernels.dropoutForward(y.ptr + t * bytes, x.ptr + t * bytes, n, 0, ...drawn);
  engine.tape.record('dropout', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const [dx, dy] = [x.gradient(), y.gradient()];
    for (let t = 0; t < steps; t++) kernels.dropoutBackward(dx + t * bytes, dy + t * bytes, n, 0, ...drawn);
  });
  return y;
}

/** A mask as the kernels take it: threshold, scale and two keys. */
export type DrawnMask = readonly [threshold: number, scale: number, key0: number, key1: number];

/** Draws the keys of a mask that drops with probability p. */
export function drawMask({ random }: Engine, p: number): DrawnMask {
  const threshold = Math.min(Math.round(p * 2 ** 24), 2 ** 24 - 1);
  return [threshold, 1 / (1 - p), random.bits(), random.bits()];
}
