/** Dropout while training, nothing while evaluating. Equations and source: src/kernels/dropout.ts. */

import { engineOf } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkChoice, checkKnown, checkNumber } from '../options.js';
import { formatShape } from '../shape.js';
import type { Batches } from './batches.js';
import { DrawnMask } from './dropout-mask.js';

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
  checkNumber('dropout', 'p', p, { least: 0, below: 1 });
  checkKnown('dropout', options, ['mask']);
  const mask = checkChoice('dropout', 'mask', options.mask ?? 'element', DROPOUT_MASKS);
  if (mask === 'sequence' && x.shape.length < 2) {
    throw new ShapeError(`dropout: x must be (T, B, ...) for a mask of the sequence, got ${formatShape(x.shape)}.`);
  }
  if (mask === 'element') return dropSteps(x, p, [{ at: 0, n: x.size }]);
  const T = x.shape[0]!;
  const n = T === 0 ? 0 : x.size / T;
  return dropSteps(
    x,
    p,
    Array.from({ length: T }, (_, t) => ({ at: t * n, n })),
  );
}

/**
 * Dropout with one mask (B, W) for all steps of a batch, dense or ragged.
 * @param x (N, W), the rows of all steps
 */
export function sequenceDropout(x: View, p: number, batches: Batches): View {
  const W = x.shape.at(-1)!;
  return dropSteps(
    x,
    p,
    Array.from({ length: batches.T }, (_, t) => ({ at: batches.at(t) * W, n: batches.rows(t) * W })),
  );
}

/** Drops by one mask, whose first element is the first of each step. */
function dropSteps(x: View, p: number, steps: readonly { readonly at: number; readonly n: number }[]): View {
  const engine = engineOf(x);
  const { memory, tape } = engine;
  if (p === 0 || !tape.recording) return x;
  const y = engine.output('output of dropout', x.shape, x.requiresGrad);
  const mask = new DrawnMask(engine, p);
  for (const { at, n } of steps) mask.forward(y.ptr + memory.bytes(at), x.ptr + memory.bytes(at), n);
  tape.record('dropout', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const [dx, dy] = [x.gradient(), y.gradient()];
    for (const { at, n } of steps) mask.backward(dx + memory.bytes(at), dy + memory.bytes(at), n);
  });
  return y;
}
