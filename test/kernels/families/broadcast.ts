/** Cases of addBroadcast, multiplyBroadcast and reduceSum. */

import { expect, it } from 'vitest';
import { GAP, LENGTHS, spread } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const ALPHA = -0.7;

/** The scalar, the product and the sum are rounded once each, of numbers below 2. */
const TOLERANCE = 5e-7;
/** Seven sums of numbers below 1, or one of any number in 64 bits, rounded. */
const SUM_TOLERANCE = 1e-6;

/** Strides of the smaller operand: repeated over the rows, over the columns, over both, over neither. */
const strides = (columns: number): readonly (readonly [number, number])[] => [
  [0, 1],
  [1, 0],
  [0, 0],
  [columns, 1],
];

const ROWS: readonly number[] = [0, 1, 2, 7];

/** The number of elements between the first and the last that strides reach. */
const reach = (rows: number, columns: number, row: number, column: number): number =>
  (Math.max(rows, 1) - 1) * row + (columns - 1) * column + 1;

type Each = (rows: number, columns: number, row: number, column: number) => void;

function forEach(run: Each): void {
  for (const rows of ROWS) {
    for (const columns of LENGTHS) for (const [row, column] of strides(columns)) run(rows, columns, row, column);
  }
}

/** The indices of a matrix's elements and of the smaller operand's. */
function* places(rows: number, columns: number, row: number, column: number): Generator<[number, number]> {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) yield [r * columns + c, r * row + c * column];
}

/** Registers the cases. */
export function testBroadcast(open: () => Workspace): void {
  it('addBroadcast: every width and each way to repeat, apart and over a', () =>
    forEach((rows, columns, row, column) => {
      const workspace = open();
      workspace.case(`addBroadcast ${rows} x ${columns}, strides ${row}, ${column}`, () => {
        const a = workspace.values(rows * columns);
        const b = workspace.values(reach(rows, columns, row, column));
        const wanted = [...places(rows, columns, row, column)].map(([i, j]) => a[i]! + ALPHA * b[j]!);
        const [y, B, over] = [workspace.output(a.length), workspace.input(b), workspace.inOut(a)];
        workspace.kernels.addBroadcast(y, workspace.input(a), B, rows, columns, row, column, ALPHA);
        workspace.expect('y', y, wanted, TOLERANCE);
        workspace.kernels.addBroadcast(over, over, B, rows, columns, row, column, ALPHA);
        workspace.expect('y over a', over, wanted, TOLERANCE);
      });
    }));

  it('multiplyBroadcast: every width and each way to repeat, apart, over a and accumulating', () =>
    forEach((rows, columns, row, column) => {
      const workspace = open();
      workspace.case(`multiplyBroadcast ${rows} x ${columns}, strides ${row}, ${column}`, () => {
        const a = workspace.values(rows * columns);
        const before = workspace.values(rows * columns);
        const b = workspace.values(reach(rows, columns, row, column));
        const wanted = [...places(rows, columns, row, column)].map(([i, j]) => a[i]! * b[j]!);
        const [A, B] = [workspace.input(a), workspace.input(b)];
        const [y, over, sum] = [workspace.output(a.length), workspace.inOut(a), workspace.inOut(before)];
        workspace.kernels.multiplyBroadcast(y, A, B, rows, columns, row, column, 0);
        workspace.expect('y', y, wanted, TOLERANCE);
        workspace.kernels.multiplyBroadcast(over, over, B, rows, columns, row, column, 0);
        workspace.expect('y over a', over, wanted, TOLERANCE);
        workspace.kernels.multiplyBroadcast(sum, A, B, rows, columns, row, column, 1);
        workspace.expect(
          'y + a b',
          sum,
          wanted.map((value, i) => value + before[i]!),
          TOLERANCE,
        );
      });
    }));

  it('reduceSum: every width and each way to sum, rows apart', () =>
    forEach((rows, columns, row, column) => {
      const workspace = open();
      workspace.case(`reduceSum ${rows} x ${columns}, strides ${row}, ${column}`, () => {
        const a = workspace.values(rows * columns);
        const wanted = workspace.values(reach(rows, columns, row, column));
        const s = workspace.inOut(wanted);
        for (const [i, j] of places(rows, columns, row, column)) wanted[j]! += ALPHA * a[i]!;
        const A = workspace.input(spread(a, columns, columns + 3, GAP));
        workspace.kernels.reduceSum(s, A, rows, columns, columns + 3, row, column, ALPHA);
        workspace.expect('s', s, wanted, SUM_TOLERANCE * (row === 0 && column === 0 ? 8 : 1));
      });
    }));

  it('a NaN stays in its place', () => {
    const workspace = open();
    workspace.case('NaN', () => {
      const { kernels } = workspace;
      const [a, b] = [workspace.input([1, NaN, 3, 4, 5, 6]), workspace.input([1, 1, NaN])];
      const missing = (y: number): boolean[] => workspace.read(y, 6).map((value) => Number.isNaN(value));
      const y = workspace.output(6);
      kernels.addBroadcast(y, a, b, 2, 3, 0, 1, 1);
      expect(missing(y)).toEqual([false, true, true, false, false, true]);
      kernels.multiplyBroadcast(y, a, b, 2, 3, 0, 1, 0);
      expect(missing(y)).toEqual([false, true, true, false, false, true]);
      const s = workspace.inOut([0, 0, 0]);
      kernels.reduceSum(s, a, 2, 3, 3, 1, 0, 1);
      expect(workspace.read(s, 3)).toEqual([NaN, 15, 0]);
    });
  });
}
