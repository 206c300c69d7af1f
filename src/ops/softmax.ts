/** Softmax over the last axis. Equations: src/kernels/softmax.ts. */

import { checkEngine, engineOf } from '../engine.js';
import type { HostArray } from '../engine.js';
import { DataError, ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkKnown } from '../options.js';
import { checkFilled, formatShape, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';
import { layoutOf } from './layout.js';

/** Options of `softmax` and `logSoftmax`. */
export interface SoftmaxOptions {
  /**
   * 1 where an element counts, 0 where it does not. The last axis is that of x; the others, from there, are those of x,
   * or 1, or missing, and those that are those of x are neighbours: (S), (B, S) or (B, 1, S) for x (B, T, S).
   */
  readonly mask?: HostArray;
}

/** The rows of a mask, and how many rows of x each serves before the next one comes. */
interface MaskRows {
  readonly rows: number;
  readonly each: number;
}

/**
 * exp(x) over its sum along the last axis: exactly 0 where masked, whatever x is there, and 0 throughout where nothing is
 * allowed.
 * @param x any shape with at least one axis
 * @throws ShapeError, OptionError, DataError for a mask that is not of 0 and 1
 */
export function softmax(x: View, options: SoftmaxOptions = {}): View {
  return normalize('softmax', x, options, 0);
}

/**
 * The logarithm of `softmax`, without going through it: -Infinity where masked; a gradient that comes there is left out.
 * @param x any shape with at least one axis
 * @throws ShapeError, OptionError, DataError for a mask that is not of 0 and 1
 */
export function logSoftmax(x: View, options: SoftmaxOptions = {}): View {
  return normalize('logSoftmax', x, options, 1);
}

function normalize(operation: string, x: View, options: SoftmaxOptions, log: 0 | 1): View {
  const engine = engineOf(x);
  checkEngine(operation, x, engine);
  checkKnown(operation, options, ['mask']);
  const { kernels, tape } = engine;
  const width = x.shape.at(-1);
  if (width === undefined) throw new ShapeError(`${operation}: x must be (..., N), got ().`);
  const { mask } = options;
  const { rows: maskRows, each } = mask === undefined ? { rows: 1, each: 1 } : checkMask(operation, mask, x.shape);
  const rows = sizeOf(x.shape.slice(0, -1));
  const y = engine.output(`output of ${operation}`, x.shape, x.requiresGrad);
  const maskPtr = mask === undefined ? 0 : engine.ids(Int32Array.from(mask.data));
  kernels.softmaxForward(y.ptr, x.ptr, maskPtr, rows, width, maskRows, each, 0, log);
  y.keep();
  tape.record(operation, () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const dy = y.gradient();
    const { ptr, accumulate } = x.gradientSlot();
    kernels.softmaxBackward(ptr, dy, y.ptr, rows, width, log, accumulate);
  });
  return y;
}

/** Checks a mask and finds which row of it belongs to which of x. */
function checkMask(operation: string, mask: HostArray, shape: Shape): MaskRows {
  const { data, shape: own } = Object(mask) as Partial<HostArray>;
  if (!Array.isArray(own) || typeof data?.length !== 'number') {
    throw new ShapeError(`${operation}: mask must be numbers with their shape, { data, shape }.`);
  }
  if (own.at(-1) !== shape.at(-1)) {
    throw new ShapeError(
      `${operation}: mask must end in ${shape.at(-1)}, got ${formatShape(own)}. ${shape.at(-1)} comes from x ${formatShape(shape)}.`,
    );
  }
  checkFilled(`${operation}: mask of`, own, data.length);
  const wrong = Array.from(data).findIndex((value) => value !== 0 && value !== 1);
  if (wrong >= 0) throw new DataError(`${operation}: mask must hold 0 and 1, got ${data[wrong]} at element ${wrong}.`);
  const { runs } = layoutOf(operation, 'the rows of mask', own.slice(0, -1), 'those of x', shape.slice(0, -1));
  const kept = runs.findIndex((run) => run.kept);
  if (kept < 0) return { rows: 1, each: 1 };
  if (runs.some((run, i) => run.kept && i !== kept)) {
    throw new ShapeError(
      `${operation}: the axes of mask that are not 1 must be neighbours, but for the last, got ${formatShape(own)} ` +
        `for x ${formatShape(shape)}. Repeat the mask along the axes between.`,
    );
  }
  return { rows: runs[kept]!.length, each: sizeOf(runs.slice(kept + 1).map(({ length }) => length)) };
}
