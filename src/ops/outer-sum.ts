/** The sums of every row of one operand with every row of the other. Kernels: src/kernels/broadcast.ts. */

import { checkEngine, engineOf } from '../engine.js';
import type { View } from '../memory/view.js';
import { Axes } from '../shape.js';

/**
 * y[n, i, j] = a[n, i] + b[n, j], rows of width W.
 * @param a (N, I, W)
 * @param b (N, J, W)
 * @returns (N, I, J, W)
 * @throws ShapeError
 */
export function outerSum(a: View, b: View): View {
  const engine = engineOf(a);
  checkEngine('outerSum', a, engine);
  checkEngine('outerSum', b, engine);
  new Axes('outerSum').check('a', a.shape, 'N I W').check('b', b.shape, 'N J W');
  const { kernels, memory, tape } = engine;
  const [N, I, W] = a.shape as [number, number, number];
  const J = b.shape[1]!;
  const y = engine.output('output of outerSum', [N, I, J, W], a.requiresGrad || b.requiresGrad);
  /** Calls with the offsets of a row of a, of the J rows of b it meets, and of their sums. */
  const forEach = (run: (row: number, rows: number, sums: number) => void): void => {
    for (let i = 0; i < N * I; i++) {
      run(memory.bytes(i * W), memory.bytes(Math.floor(i / I) * J * W), memory.bytes(i * J * W));
    }
  };
  forEach((row, rows, sums) => kernels.addBroadcast(y.ptr + sums, b.ptr + rows, a.ptr + row, J, W, 0, 1, 1));
  tape.record('outerSum', () => {
    if (!y.hasGradient) return;
    const dy = y.gradient();
    if (a.requiresGrad) {
      const da = a.gradient();
      forEach((row, _, sums) => kernels.reduceSum(da + row, dy + sums, J, W, W, 0, 1, 1));
    }
    if (b.requiresGrad) {
      const db = b.gradient();
      forEach((_, rows, sums) => kernels.axpy(db + rows, dy + sums, J * W, 1));
    }
  });
  return y;
}
