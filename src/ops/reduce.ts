/** Sums and means over axes. Kernels: src/kernels/broadcast.ts. */

import { checkEngine, engineOf } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { formatShape, sizeOf } from '../shape.js';
import { checkAxis } from './axis.js';
import { reduceInto } from './broadcast.js';
import { layoutOf } from './layout.js';

/**
 * The sum over some axes, or over all.
 * @param axes the axes that go, negative from the last; default: all
 * @returns the other axes
 * @throws ShapeError for an axis that x does not have, or one that is there twice
 */
export function sum(x: View, axes?: number | readonly number[]): View {
  return reduce('sum', x, axes);
}

/**
 * The mean over some axes, or over all.
 * @param axes the axes that go, negative from the last; default: all
 * @returns the other axes
 * @throws ShapeError for an axis that x does not have, or one that is there twice, or a mean of nothing
 */
export function mean(x: View, axes?: number | readonly number[]): View {
  return reduce('mean', x, axes);
}

function reduce(operation: 'sum' | 'mean', x: View, axes?: number | readonly number[]): View {
  const engine = engineOf(x);
  checkEngine(operation, x, engine);
  const { kernels, memory, tape } = engine;
  const gone = checkAxes(operation, x, axes ?? x.shape.map((_, axis) => axis));
  const kept = x.shape.filter((_, axis) => !gone.includes(axis));
  const ones = x.shape.map((length, axis) => (gone.includes(axis) ? 1 : length));
  const count = sizeOf(gone.map((axis) => x.shape[axis]!));
  if (operation === 'mean' && count === 0) {
    throw new ShapeError(`mean: x of shape ${formatShape(x.shape)} has nothing to take the mean of.`);
  }
  const factor = operation === 'sum' ? 1 : 1 / count;
  const layout = layoutOf(operation, 'y', ones, 'x', x.shape);
  const y = engine.output(`output of ${operation}`, kept, x.requiresGrad);
  memory.zero(y.ptr, y.size);
  reduceInto(y.ptr, x.ptr, layout, factor, engine);
  tape.record(operation, () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const [dx, dy] = [x.gradient(), y.gradient()];
    const { rows, columns, row, column } = layout;
    for (const { whole, part } of layout.blocks()) {
      const to = dx + memory.bytes(whole);
      kernels.addBroadcast(to, to, dy + memory.bytes(part), rows, columns, row, column, factor);
    }
  });
  return y;
}

function checkAxes(operation: string, x: View, axes: number | readonly number[]): number[] {
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => checkAxis(operation, x, axis));
  const twice = list.find((axis, i) => list.indexOf(axis) < i);
  if (twice === undefined) return list;
  throw new ShapeError(`${operation}: axes must be different, got axis ${twice} twice.`);
}
