/** Views joined along an axis, and parts of a view along one. Kernel: src/kernels/copy.ts. */

import { checkEngine, engineOf } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { formatShape } from '../shape.js';
import { around, checkAxis } from './axis.js';

/**
 * Views one behind the other along an axis.
 * @param views at least one; all axes but this one are the same
 * @param axis negative from the last
 * @returns the sum of the lengths at that axis
 * @throws ShapeError
 */
export function concat(views: readonly View[], axis: number): View {
  const [head] = views;
  if (head === undefined) throw new ShapeError('concat: views must hold at least one view, got none.');
  const engine = engineOf(head);
  const { kernels, memory, tape } = engine;
  for (const view of views) checkEngine('concat', view, engine);
  const at = checkAxis('concat', head, axis);
  views.forEach((view, i) => checkOthers(head, view, i, at));
  const length = views.reduce((sum, { shape }) => sum + shape[at]!, 0);
  const requiresGrad = views.some((view) => view.requiresGrad);
  const y = engine.output('output of concat', head.shape.with(at, length), requiresGrad);
  const { before, behind } = around(y.shape, at);
  const row = length * behind;
  /** Calls with each view, the elements of it in a row of y, and the offset of its part. */
  const forEach = (run: (view: View, width: number, offset: number) => void): void => {
    let offset = 0;
    for (const view of views) {
      const width = view.shape[at]! * behind;
      run(view, width, memory.bytes(offset));
      offset += width;
    }
  };
  forEach((view, width, offset) => kernels.copyBlocks(y.ptr + offset, view.ptr, 1, before, width, 0, row, 0, width, 0));
  tape.record('concat', () => {
    if (!y.hasGradient) return;
    forEach((view, width, offset) => {
      if (!view.requiresGrad) return;
      const { ptr, accumulate } = view.gradientSlot();
      kernels.copyBlocks(ptr, y.gradient() + offset, 1, before, width, 0, width, 0, row, accumulate);
    });
  });
  return y;
}

function checkOthers({ shape }: View, view: View, i: number, axis: number): void {
  const fits = view.shape.length === shape.length && view.shape.every((n, k) => k === axis || n === shape[k]);
  if (fits) return;
  throw new ShapeError(
    `concat: view ${i} must be ${formatShape(shape)} but for axis ${axis}, got ${formatShape(view.shape)}. ` +
      'The shape comes from view 0.',
  );
}

/**
 * The elements from `start` up to `end`, without it, along an axis.
 * @param axis negative from the last
 * @param end default: the length of the axis
 * @returns end - start at that axis
 * @throws ShapeError
 */
export function slice(x: View, axis: number, start: number, end?: number): View {
  const engine = engineOf(x);
  checkEngine('slice', x, engine);
  const { kernels, memory, tape } = engine;
  const at = checkAxis('slice', x, axis);
  const { before, length, behind } = around(x.shape, at);
  const stop = end ?? length;
  if (!(Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= length)) {
    throw new ShapeError(
      `slice: start and end must be whole numbers with 0 <= start <= end <= ${length}, got ${start} and ${stop}. ` +
        `${length} comes from axis ${at} of x ${formatShape(x.shape)}.`,
    );
  }
  const y = engine.output('output of slice', x.shape.with(at, stop - start), x.requiresGrad);
  const [width, row] = [(stop - start) * behind, length * behind];
  const offset = memory.bytes(start * behind);
  kernels.copyBlocks(y.ptr, x.ptr + offset, 1, before, width, 0, width, 0, row, 0);
  tape.record('slice', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    kernels.copyBlocks(x.gradient() + offset, y.gradient(), 1, before, width, 0, row, 0, width, 1);
  });
  return y;
}
