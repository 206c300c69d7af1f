/** Dropout with one mask (B, W) for all steps of a batch, dense or ragged (Gal and Ghahramani 2016). */

import { engineOf } from '../engine.js';
import type { View } from '../memory/view.js';
import type { Batches } from './batches.js';
import { DropoutMask } from './dropout-mask.js';

/**
 * Zeroes the same units of each row at every step with probability p and scales the rest by 1 / (1 - p); x itself
 * while evaluating.
 * @param x (N, W), the rows of all steps
 */
export function sequenceDropout(x: View, p: number, batches: Batches): View {
  const engine = engineOf(x);
  const { memory, tape } = engine;
  if (p === 0 || !tape.recording) return x;
  const W = x.shape.at(-1)!;
  const y = engine.output('output of dropout', x.shape, x.requiresGrad);
  const mask = new DropoutMask(engine, p);
  const eachStep = (apply: (offset: number, n: number) => void): void => {
    for (let t = 0; t < batches.T; t++) apply(memory.bytes(batches.at(t) * W), batches.rows(t) * W);
  };
  eachStep((offset, n) => mask.forward(y.ptr + offset, x.ptr + offset, n));
  tape.record('dropout', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const [dx, dy] = [x.gradient(), y.gradient()];
    eachStep((offset, n) => mask.backward(dx + offset, dy + offset, n));
  });
  return y;
}
