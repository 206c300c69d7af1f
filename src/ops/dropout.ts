/** Dropout while training, nothing while evaluating. Equations and source: src/kernels/dropout.ts. */

import { engineOf } from '../engine.js';
import type { View } from '../memory/view.js';
import { checkNumber } from '../options.js';

/**
 * Zeroes each element with probability p and scales the rest by 1 / (1 - p). While evaluating x is returned as it is.
 * @param x any shape
 * @param p in [0, 1)
 */
export function dropout(x: View, p: number): View {
  const engine = engineOf(x);
  checkNumber('dropout', 'p', p, { least: 0, below: 1 });
  if (p === 0 || !engine.tape.recording) return x;
  const { kernels, random } = engine;
  const y = engine.output('output of dropout', x.shape, x.requiresGrad);
  const n = x.size;
  const threshold = Math.min(Math.round(p * 2 ** 24), 2 ** 24 - 1);
  const scale = 1 / (1 - p);
  const key0 = random.bits();
  const key1 = random.bits();
  kernels.dropoutForward(y.ptr, x.ptr, n, 0, threshold, scale, key0, key1);
  engine.tape.record('dropout', () => {
    if (y.hasGradient && x.requiresGrad) {
      kernels.dropoutBackward(x.gradient(), y.gradient(), n, 0, threshold, scale, key0, key1);
    }
  });
  return y;
}
