/** Rows of a view by number. Kernels: src/kernels/embedding.ts. */

import { checkEngine, engineOf } from '../engine.js';
import type { Ids } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { sizeOf } from '../shape.js';
import { checkIds } from './embedding.js';

/**
 * y = x[ids] over the first axis; a row that is taken twice gathers both gradients.
 * @param x at least one axis
 * @param ids any shape, each below the length of the first axis
 * @returns the shape of ids, then the other axes of x
 * @throws ShapeError, DataError for an id outside of x
 */
export function gather(x: View, ids: Ids): View {
  const engine = engineOf(x);
  checkEngine('gather', x, engine);
  const { kernels, tape } = engine;
  const [rows, ...others] = x.shape;
  if (rows === undefined) throw new ShapeError('gather: x must be (N, ...), got ().');
  checkIds('gather', ids, rows, undefined, undefined, `the ${rows} rows of x`);
  const [n, width] = [sizeOf(ids.shape), sizeOf(others)];
  const y = engine.output('output of gather', [...ids.shape, ...others], x.requiresGrad);
  const idsPtr = engine.ids(ids.data);
  kernels.embeddingForward(y.ptr, x.ptr, idsPtr, n, width);
  tape.record('gather', () => {
    if (y.hasGradient && x.requiresGrad) kernels.embeddingBackward(x.gradient(), y.gradient(), idsPtr, n, width);
  });
  return y;
}
