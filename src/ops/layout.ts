/**
 * How a smaller shape lies in a larger one: along which axes it is repeated. Neighbouring axes of one kind become one, so
 * most cases are a single matrix: a row (H) in (T, B, H) is repeated T B times, a column (T, B, 1) along H.
 */

import { ShapeError } from '../errors.js';
import { formatShape, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';

/** Neighbouring axes of the larger shape along which the smaller one runs (kept) or is repeated. */
interface Run {
  readonly length: number;
  readonly kept: boolean;
}

/** Where a block of the larger operand begins, and the part of the smaller one that belongs to it, in elements. */
export interface Block {
  readonly whole: number;
  readonly part: number;
}

/** The larger operand as blocks of (rows, columns), and the strides of the smaller one in a block. */
export class Layout {
  /** All runs, outermost first. */
  readonly runs: readonly Run[];
  readonly rows: number;
  readonly columns: number;
  /** Elements of the smaller operand from one row to the next; 0 where it is repeated. */
  readonly row: number;
  /** 1, or 0 where it is repeated. */
  readonly column: number;

  constructor(runs: readonly Run[]) {
    const [rows, columns] = [{ length: 1, kept: false }, { length: 1, kept: true }, ...runs].slice(-2) as [Run, Run];
    this.runs = runs;
    this.rows = runs.length > 1 ? rows.length : 1;
    this.columns = columns.length;
    this.column = columns.kept ? 1 : 0;
    this.row = runs.length > 1 && rows.kept ? partOf([columns]) : 0;
  }

  /** The blocks; one, unless there are more than two runs. */
  *blocks(): Generator<Block> {
    if (sizeOf(this.runs.map(({ length }) => length)) > 0) yield* inside(this.runs);
  }
}

function* inside(runs: readonly Run[]): Generator<Block> {
  if (runs.length <= 2) {
    yield { whole: 0, part: 0 };
    return;
  }
  const [{ length, kept }, ...rest] = runs as [Run, ...Run[]];
  const [wholes, parts] = [sizeOf(rest.map((run) => run.length)), partOf(rest)];
  for (let i = 0; i < length; i++) {
    for (const { whole, part } of inside(rest))
      yield { whole: i * wholes + whole, part: (kept ? i * parts : 0) + part };
  }
}

/** Elements of the smaller operand in these runs. */
function partOf(runs: readonly Run[]): number {
  return runs.reduce((product, { length, kept }) => (kept ? product * length : product), 1);
}

/**
 * The layout of a smaller shape in a larger one: from the last, its axes must be the same, or 1, or missing.
 * @throws ShapeError
 */
export function layoutOf(operation: string, name: string, small: Shape, largeName: string, large: Shape): Layout {
  const missing = large.length - small.length;
  const padded = [...new Array<number>(Math.max(missing, 0)).fill(1), ...small];
  if (missing < 0 || !padded.every((length, axis) => length === large[axis] || length === 1)) {
    throw new ShapeError(
      `${operation}: ${name} must fit ${largeName} ${formatShape(large)}, each axis from the last the same, or 1, or ` +
        `missing, got ${formatShape(small)}. Reshape it.`,
    );
  }
  const runs: Run[] = [];
  for (const [axis, length] of large.entries()) {
    const kept = padded[axis] === length;
    const last = runs.at(-1);
    if (length === 1) continue;
    if (last?.kept === kept) runs[runs.length - 1] = { length: last.length * length, kept };
    else runs.push({ length, kept });
  }
  return new Layout(runs);
}
