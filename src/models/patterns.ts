/** Patterns and states of associative memories: rows of N units, checked, and the products between them. */

import type { Engine, HostArray } from '../engine.js';
import { DataError, ShapeError } from '../errors.js';
import { ASSIGN, panelSize } from '../kernels/codes.js';
import type { FloatArray } from '../memory/heap.js';
import { Axes, checkFilled } from '../shape.js';

/** How the recall of one state ended: see the `recall` of each memory. */
export type RecallEnd = 'fixed point' | 'cycle' | 'limit';

/** What became of states that were recalled. */
export interface Recall<Values extends ArrayLike<number>> {
  /** (b, N), row k from row k of what was given. */
  readonly states: { readonly data: Values; readonly shape: readonly [b: number, N: number] };
  /** (b): updates after which each state is what `states` holds. */
  readonly steps: Int32Array;
  /** (b): how each ended. */
  readonly ends: readonly RecallEnd[];
}

/**
 * Checks rows of N numbers.
 * @returns how many rows there are, at least one
 * @throws ShapeError
 */
export function checkRows(operation: string, argument: string, array: HostArray, N: number): number {
  const { data, shape } = (array ?? {}) as Partial<HostArray>;
  if (!Array.isArray(shape) || typeof data?.length !== 'number') {
    throw new ShapeError(`${operation}: ${argument} must be { data, shape: [rows, ${N}] }, got ${typeof array}.`);
  }
  new Axes(operation).bind('N', N, 'size').check(argument, shape, 'rows N');
  const [rows] = shape as [number];
  if (rows === 0) throw new ShapeError(`${operation}: ${argument} must hold at least one row, got none.`);
  checkFilled(`${operation}: ${argument} of`, shape, data.length);
  return rows;
}

/**
 * Checks rows of -1 and 1.
 * @returns a copy, (rows, N)
 * @throws ShapeError, DataError
 */
export function checkSigns(operation: string, argument: string, array: HostArray, N: number): Int8Array {
  checkRows(operation, argument, array, N);
  const isSign = (value: number): boolean => value === 1 || value === -1;
  checkValues(operation, argument, array, isSign, '-1 or 1 everywhere', 'Write binary units 0 and 1 as -1 and 1');
  return Int8Array.from(array.data);
}

/**
 * Checks rows of finite numbers.
 * @param given what they were rounded from, for the message
 * @returns their number
 * @throws ShapeError, DataError
 */
export function checkFinite(
  operation: string,
  argument: string,
  array: HostArray,
  N: number,
  given: ArrayLike<number>,
): number {
  const rows = checkRows(operation, argument, array, N);
  const remedy = 'Take out what is not a number, or too large for one of 32 bits';
  checkValues(operation, argument, array, Number.isFinite, 'finite everywhere', remedy, given);
  return rows;
}

/** Whether there are no rows of N units: what a memory that holds nothing stores. */
export function isEmpty({ data, shape }: HostArray, N: number): boolean {
  return data?.length === 0 && shape?.length === 2 && shape[0] === 0 && shape[1] === N;
}

function checkValues(
  operation: string,
  argument: string,
  { data, shape }: HostArray,
  fits: (value: number) => boolean,
  expected: string,
  remedy: string,
  given: ArrayLike<number> = data,
): void {
  for (let i = 0; i < data.length; i++) {
    if (fits(data[i]!)) continue;
    const where = `row ${Math.floor(i / shape[1]!)}, unit ${i % shape[1]!}`;
    throw new DataError(`${operation}: ${argument} must be ${expected}, got ${given[i]} in ${where}. ${remedy}.`);
  }
}

/**
 * The product of each state with each pattern.
 * @param states (b, N)
 * @param patterns (p, N)
 * @returns (b, p)
 */
export function similarities(engine: Engine, states: HostArray, patterns: HostArray): FloatArray {
  const [p, N] = patterns.shape as [number, number];
  return product(engine, states, p, (panels) => {
    engine.kernels.packPanelsTransposed(panels, engine.input(patterns).ptr, 0, 0, N, p, N);
  });
}

/**
 * Sums of patterns.
 * @param shares (b, p): how much of each pattern
 * @param patterns (p, N)
 * @returns (b, N)
 */
export function mixtures(engine: Engine, shares: HostArray, patterns: HostArray): FloatArray {
  const [p, N] = patterns.shape as [number, number];
  return product(engine, shares, N, (panels) => {
    engine.kernels.packPanels(panels, engine.input(patterns).ptr, 0, 0, p, N, N);
  });
}

/**
 * A product outside of any step.
 * @param rows (M, K)
 * @param pack writes the panels of a (K, N) matrix
 * @returns (M, N)
 */
export function product(engine: Engine, rows: HostArray, N: number, pack: (panels: number) => void): FloatArray {
  const [M, K] = rows.shape as [number, number];
  return engine.evaluate(() => {
    const { kernels, memory } = engine;
    const panels = memory.reserve(panelSize(K, N));
    pack(panels);
    const out = memory.reserve(M * N);
    kernels.gemm(out, engine.input(rows).ptr, panels, M, N, K, K, N, ASSIGN);
    return memory.view(out, M * N).slice();
  });
}

/**
 * The patterns of a state dict, which holds nothing else.
 * @throws ShapeError
 */
export function patternsIn(operation: string, dict: ReadonlyMap<string, HostArray>): HostArray {
  const names = Object(dict) instanceof Map ? [...dict.keys()] : undefined;
  const patterns = names?.length === 1 ? dict.get('patterns') : undefined;
  if (patterns !== undefined) return patterns;
  const got = names === undefined ? typeof dict : `the names ${names.join(', ') || 'none'}`;
  throw new ShapeError(
    `${operation}.loadStateDict: takes a Map of 'patterns' alone, as stateDict() gives it, got ${got}.`,
  );
}
