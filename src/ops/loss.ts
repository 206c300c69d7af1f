/** What losses have in common: which positions count, and whether their losses are averaged or summed. */

import { engineOf } from '../engine.js';
import type { HostArray } from '../engine.js';
import { DataError, OptionError, ShapeError } from '../errors.js';
import type { FloatArray } from '../memory/heap.js';
import type { View } from '../memory/view.js';
import { checkChoice, checkKnown } from '../options.js';
import { Axes, checkFilled, formatShape, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';
import { position } from './embedding.js';

/** Options of every loss. */
export interface LossOptions {
  /** 'mean' (default): over what counts, elements or rows as the loss says; or 'sum'. */
  readonly reduction?: 'mean' | 'sum';
  /**
   * 1 for positions that count, 0 for padding, over the first axes of the predictions, as many as it has: (T, B), say,
   * for predictions (T, B, H). What is masked may hold anything, NaN included; it adds nothing to the loss and to the
   * mean's divisor, and its gradient is 0.
   */
  readonly mask?: HostArray;
  /** Instead of a mask, for a batch (T, B, ...): the steps of each of the B rows that count, from the first on. */
  readonly lengths?: ArrayLike<number>;
}

/** The names of those options. */
export const LOSS_OPTIONS: readonly string[] = ['reduction', 'mask', 'lengths'];

/** What a loss is taken over. */
export interface Counted {
  /** -1 for positions that count and 0 for others; undefined if all count. */
  readonly positions: Int32Array | undefined;
  /** The number of positions that count. */
  readonly count: number;
}

/** `Na Nb Nc`: a letter for each axis. */
export function axesOf(shape: Shape): string {
  return shape.map((_, axis) => `N${'abcdefgh'[axis]}`).join(' ');
}

/** Checks the options, those of the loss itself included. @returns whether losses are summed rather than averaged */
export function checkLossOptions(operation: string, options: LossOptions, own: readonly string[] = []): boolean {
  checkKnown(operation, options, [...own, ...LOSS_OPTIONS]);
  if (options.mask !== undefined && options.lengths !== undefined) {
    throw new OptionError(`${operation}: mask and lengths both say what counts. Give one of them.`);
  }
  return checkChoice(operation, 'reduction', options.reduction ?? 'mean', ['mean', 'sum']) === 'sum';
}

/**
 * Which positions of a shape count.
 * @param argument what has the shape, for messages
 * @throws ShapeError, DataError for a mask or lengths that do not fit, or if nothing counts
 */
export function countPositions(operation: string, argument: string, shape: Shape, options: LossOptions): Counted {
  const { mask, lengths } = options;
  const size = sizeOf(shape);
  if (mask === undefined && lengths === undefined) return { positions: undefined, count: size };
  const positions =
    mask === undefined ? fromLengths(operation, argument, shape, lengths!) : fromMask(operation, argument, shape, mask);
  const count = positions.reduce((sum, counts) => sum - counts, 0);
  if (count > 0) return { positions, count };
  const what = mask === undefined ? 'every length is 0' : 'the mask excludes everything';
  throw new DataError(`${operation}: ${what}, so there is no loss to take.`);
}

function fromMask(operation: string, argument: string, shape: Shape, mask: HostArray): Int32Array {
  const { data, shape: axes } = checkNumbers(operation, 'mask', mask);
  const covered = shape.slice(0, Math.min(axes.length, shape.length));
  new Axes(operation).check(argument, shape, axesOf(shape)).check('mask', axes, axesOf(covered));
  checkFilled(`${operation}: mask of`, axes, data.length);
  const each = sizeOf(shape.slice(covered.length));
  return Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const place = Math.floor(i / each);
    const value = data[place]!;
    if (value === 0 || value === 1) return -value;
    throw new DataError(`${operation}: mask must hold 0 and 1, got ${String(value)} at ${position(place, axes)}.`);
  });
}

function fromLengths(operation: string, argument: string, shape: Shape, lengths: ArrayLike<number>): Int32Array {
  const [T, B] = shape;
  if (B === undefined) {
    throw new ShapeError(`${operation}: lengths need ${argument} of (T, B, ...), got ${formatShape(shape)}.`);
  }
  const { length: given } = Object(lengths) as Partial<ArrayLike<number>>;
  if (given !== B) {
    const got = given === undefined ? typeof lengths : formatShape([given]);
    throw new ShapeError(
      `${operation}: lengths must be (B,) = (${B},), got ${got}. B = ${B} comes from ${argument} (T, B, ...).`,
    );
  }
  for (let b = 0; b < B; b++) {
    const length = lengths[b]!;
    if (Number.isInteger(length) && length >= 0 && length <= T!) continue;
    throw new DataError(
      `${operation}: lengths must be whole numbers from 0 to T = ${T}, got ${String(length)} at ${b}.`,
    );
  }
  const each = sizeOf(shape.slice(2));
  return Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const place = Math.floor(i / each);
    return Math.floor(place / B) < lengths[place % B]! ? -1 : 0;
  });
}

/** Checks that an argument is numbers with their shape. @throws ShapeError */
function checkNumbers(operation: string, argument: string, array: HostArray): HostArray {
  const { data, shape } = Object(array) as Partial<HostArray>;
  if (Array.isArray(shape) && typeof data?.length === 'number') return array;
  throw new ShapeError(`${operation}: ${argument} must be numbers with their shape, { data, shape }.`);
}

/** Checks that targets are numbers, of the shape of the predictions, and some. @throws ShapeError */
export function checkTargets(operation: string, argument: string, shape: Shape, targets: HostArray): void {
  const axes = axesOf(shape);
  const wanted = checkNumbers(operation, 'targets', targets);
  new Axes(operation).check(argument, shape, axes).check('targets', wanted.shape, axes);
  checkSome(operation, 'targets', shape);
}

/** Checks the i-th target. @throws DataError if it is no probability */
export function checkProbability(operation: string, value: number, i: number, shape: Shape): number {
  if (value >= 0 && value <= 1) return value;
  const where = `${String(value)} at ${position(i, shape)}`;
  throw new DataError(`${operation}: targets must be probabilities in [0, 1], got ${where}.`);
}

/** Refuses targets without an element. @throws ShapeError */
export function checkSome(operation: string, argument: string, shape: Shape): void {
  if (sizeOf(shape) > 0) return;
  throw new ShapeError(`${operation}: ${argument} of shape ${formatShape(shape)} hold nothing to predict.`);
}

/** The sum of the losses of rows, in 64 bits. */
export function sumLosses(losses: FloatArray): number {
  let sum = 0;
  for (const loss of losses) sum += loss;
  return sum;
}

/**
 * Makes a loss of a value, and records its backward.
 * @param inputs the views that the loss has a gradient by
 * @param backward takes the gradient of the value, before the division
 */
export function recordLoss(
  operation: string,
  inputs: readonly View[],
  value: number,
  divisor: number,
  backward: (scale: number) => void,
): View {
  const engine = engineOf(inputs[0]!);
  const { memory, tape } = engine;
  const wanted = inputs.some(({ requiresGrad }) => requiresGrad);
  const loss = engine.output(`loss of ${operation}`, [], wanted);
  memory.view(loss.ptr, 1)[0] = value / divisor;
  for (const input of inputs) input.keep();
  tape.record(operation, () => {
    if (loss.hasGradient && wanted) backward(memory.view(loss.gradient(), 1)[0]! / divisor);
  });
  return loss;
}
