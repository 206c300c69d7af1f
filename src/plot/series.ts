/** What plots are made from. */

import { OptionError } from '../errors.js';
import { checkKnown } from '../options.js';
import type { Scale } from './axis.js';

/** One curve. Values that are not finite are gaps; `x` says where each value stands, by default at 0, 1, 2, ... */
export interface Series {
  name: string;
  values: ArrayLike<number>;
  x?: ArrayLike<number>;
}

/** Checks curves as a caller gives them. @throws OptionError */
export function checkSeries(operation: string, series: readonly Series[]): void {
  if (!Array.isArray(series)) {
    throw new OptionError(`${operation}: series must be a list of { name, values }, got ${typeof series}.`);
  }
  for (const [k, one] of (series as Series[]).entries()) {
    const where = `${operation}: series[${k}]`;
    checkKnown(where, one, ['name', 'values', 'x']);
    const { name, values, x = [] } = one as Partial<Series>;
    if (typeof name !== 'string') throw new OptionError(`${where}: name must be a text, got ${typeof name}.`);
    for (const [field, numbers] of Object.entries({ values, x })) {
      if (typeof (Object(numbers) as Partial<ArrayLike<number>>).length === 'number') continue;
      throw new OptionError(`${where}: ${field} must be an array of numbers, got ${typeof numbers}.`);
    }
  }
}

/** A place on a curve; neither coordinate need be finite. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The points of a curve; on a log scale values of 0 and below become gaps.
 * @throws OptionError if the x of a series are not as many as its values
 */
export function pointsOf(operation: string, { name, values, x }: Series, yScale: Scale = 'linear'): Point[] {
  if (x !== undefined && x.length !== values.length) {
    throw new OptionError(
      `${operation}: x of ${name} must have one number for each of its ${values.length} values, got ${x.length}.`,
    );
  }
  return Array.from({ length: values.length }, (_, i) => {
    const y = values[i]!;
    return { x: x === undefined ? i : x[i]!, y: yScale === 'log' && y <= 0 ? NaN : y };
  });
}

/** Whether a point has a place; others are gaps. */
export function isDrawable({ x, y }: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}
