/**
 * Rows taken from a matrix and put back: y_i = x[rows_i], and dx[rows_i] += dy_i. The rows of a view are its last axis.
 * The kernels are those of the embedding (src/kernels/embedding.ts).
 */

import { engineOf } from '../engine.js';
import type { View } from '../memory/view.js';
import type { Shape } from '../shape.js';

/**
 * Row rows_i of x as row i.
 * @param shape of the result; its last axis is that of x
 */
export function takeRows(x: View, rows: Int32Array, shape: Shape): View {
  const engine = engineOf(x);
  const { kernels, tape } = engine;
  const width = x.shape.at(-1)!;
  const y = engine.output(`rows of ${x.label}`, shape, x.requiresGrad);
  const ids = engine.ids(rows);
  kernels.embeddingForward(y.ptr, x.ptr, ids, rows.length, width);
  tape.record('takeRows', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    kernels.embeddingBackward(x.gradient(), y.gradient(), ids, rows.length, width);
  });
  return y;
}

/**
 * Row i of x as row rows_i, each at most once; zeros elsewhere.
 * @param shape of the result; its last axis is that of x
 */
export function putRows(x: View, rows: Int32Array, shape: Shape): View {
  const engine = engineOf(x);
  const { kernels, memory, tape } = engine;
  const width = x.shape.at(-1)!;
  const y = engine.output(x.label, shape, x.requiresGrad);
  const ids = engine.ids(rows);
  memory.zero(y.ptr, y.size);
  kernels.embeddingBackward(y.ptr, x.ptr, ids, rows.length, width);
  tape.record('putRows', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const dy = y.gradient();
    const { ptr, accumulate } = x.gradientSlot();
    if (accumulate === 0) {
      kernels.embeddingForward(ptr, dy, ids, rows.length, width);
      return;
    }
    memory.scratch(() => {
      const tmp = memory.reserve(x.size);
      kernels.embeddingForward(tmp, dy, ids, rows.length, width);
      kernels.axpy(ptr, tmp, x.size, 1);
    });
  });
  return y;
}
