/** Axes given by number, and what lies before and behind one. */

import { ShapeError } from '../errors.js';
import { formatShape, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';

/**
 * An axis by its number, negative from the last.
 * @returns the number from the first
 * @throws ShapeError
 */
export function checkAxis(operation: string, { shape }: { readonly shape: Shape }, axis: number): number {
  const rank = shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  const range = rank === 0 ? 'x has no axes' : `axis must be a whole number from ${-rank} to ${rank - 1}`;
  throw new ShapeError(`${operation}: ${range}, got ${String(axis)}. x has shape ${formatShape(shape)}.`);
}

/** A shape as (before, length, behind) one of its axes. */
export function around(shape: Shape, axis: number): { before: number; length: number; behind: number } {
  return { before: sizeOf(shape.slice(0, axis)), length: shape[axis]!, behind: sizeOf(shape.slice(axis + 1)) };
}
