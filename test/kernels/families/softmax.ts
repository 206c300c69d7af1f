/** Cases of softmaxForward and softmaxBackward. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** A log-sum as in families/cross-entropy.ts, of numbers up to 16. */
const FORWARD_TOLERANCE = 4e-6;
/** Sums of up to 1000 products of numbers below 1, and exp to 3 units in the last place. */
const BACKWARD_TOLERANCE = 4e-6;

const ROWS: readonly number[] = [0, 1, 2, 7];

/** A mask of some rows, how many rows of x each of them serves, and how many rows of x lie before the first. */
interface Mask {
  readonly rows: number;
  readonly each: number;
  readonly first: number;
}

const MASKS: readonly (Mask | undefined)[] = [
  undefined,
  { rows: 1, each: 1, first: 0 },
  { rows: 2, each: 1, first: 0 },
  { rows: 2, each: 3, first: 1 },
  { rows: 3, each: 2, first: 4 },
];

/** Rows of x as they are seen through a mask; what is masked is NaN in x. Row 1 of a mask allows nothing. */
function masked(rows: number, width: number, mask: Mask | undefined) {
  const ints = Array.from({ length: (mask?.rows ?? 0) * width }, (_, i) =>
    Math.floor(i / width) === 1 ? 0 : Number((i * i) % 3 !== 1) * (i + 1),
  );
  const isAllowed = (row: number, j: number): boolean => {
    if (mask === undefined) return true;
    return ints[(Math.floor((mask.first + row) / mask.each) % mask.rows) * width + j] !== 0;
  };
  const allowed = Array.from({ length: rows }, (_, row) => Array.from({ length: width }, (_, j) => isAllowed(row, j)));
  const flat = allowed.flat();
  const hide = (values: number[]): number[] => values.map((value, i) => (flat[i]! ? value : NaN));
  return { ints, allowed, flat, hide };
}

const rowsOf = (values: readonly number[], width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));

/** Registers the cases. */
export function testSoftmax(open: () => Workspace): void {
  it('softmaxForward: every width, with and without masks over NaN, apart and in place', () => {
    for (const rows of ROWS) {
      for (const width of LENGTHS) {
        for (const mask of MASKS) for (const log of [0, 1]) forward(open(), rows, width, mask, log);
      }
    }
  });

  it('softmaxBackward: every width, masked gradients that are NaN, assigning, accumulating and in place', () => {
    for (const rows of ROWS) {
      for (const width of LENGTHS) {
        for (const mask of MASKS) for (const log of [0, 1]) backward(open(), rows, width, mask, log);
      }
    }
  });

  it('softmaxForward: values of any size', () => {
    const workspace = open();
    const x = [3e4, -3e4, 0, 1e4, 2e4, -Infinity, 0, 1, 2, 3];
    for (const log of [0, 1]) {
      workspace.case(`log ${log}`, () => {
        const y = workspace.output(10);
        workspace.kernels.softmaxForward(y, workspace.input(x), 0, 2, 5, 1, 1, 0, log);
        const all = new Array<boolean>(5).fill(true);
        const wanted = rowsOf(x, 5).flatMap((row) => reference.softmaxForward(row, all, log === 1));
        workspace.expect('y', y, wanted, FORWARD_TOLERANCE);
      });
    }
  });

  it('softmaxForward and softmaxBackward: a NaN makes its row NaN', () => {
    const workspace = open();
    for (const log of [0, 1]) {
      for (const at of [0, 3, 4]) {
        workspace.case(`log ${log}, NaN at ${at}`, () => {
          const x = workspace.values(10).map((value, i) => (i === at ? NaN : value));
          const [y, dx] = [workspace.output(10), workspace.output(10)];
          const wanted = Array.from({ length: 10 }, (_, i) => i < 5);
          workspace.kernels.softmaxForward(y, workspace.input(x), 0, 2, 5, 1, 1, 0, log);
          expect(workspace.read(y, 10).map((value) => Number.isNaN(value))).toEqual(wanted);
          workspace.kernels.softmaxBackward(dx, workspace.input(workspace.values(10)), y, 2, 5, log, 0);
          expect(workspace.read(dx, 10).map((value) => Number.isNaN(value))).toEqual(wanted);
        });
      }
    }
  });
}

function forward(workspace: Workspace, rows: number, width: number, mask: Mask | undefined, log: number): void {
  workspace.case(`softmaxForward ${rows} x ${width}, mask ${JSON.stringify(mask)}, log ${log}`, () => {
    const { ints, allowed, flat, hide } = masked(rows, width, mask);
    const x = workspace.values(rows * width, -8, 8);
    const wanted = rowsOf(x, width).flatMap((row, r) => reference.softmaxForward(row, allowed[r]!, log === 1));
    const hidden = hide(x);
    const [y, inPlace] = [workspace.output(rows * width), workspace.inOut(hidden)];
    const [X, M] = [workspace.input(hidden), mask === undefined ? 0 : workspace.ints(ints)];
    const { rows: maskRows, each, first } = mask ?? { rows: 1, each: 1, first: 0 };
    workspace.kernels.softmaxForward(y, X, M, rows, width, maskRows, each, first, log);
    workspace.expect('y', y, wanted, FORWARD_TOLERANCE);
    workspace.kernels.softmaxForward(inPlace, inPlace, M, rows, width, maskRows, each, first, log);
    workspace.expect('y over x', inPlace, wanted, FORWARD_TOLERANCE);
    // What is masked is nothing, not next to nothing.
    const nothing = workspace.read(y, rows * width).filter((_, i) => !flat[i]!);
    expect(nothing.every((value) => value === (log === 1 ? -Infinity : 0))).toBe(true);
  });
}

function backward(workspace: Workspace, rows: number, width: number, mask: Mask | undefined, log: number): void {
  workspace.case(`softmaxBackward ${rows} x ${width}, mask ${JSON.stringify(mask)}, log ${log}`, () => {
    const size = rows * width;
    const { allowed, hide } = masked(rows, width, mask);
    const x = workspace.values(size, -3, 3);
    const y = rowsOf(x, width).flatMap((row, r) => reference.softmaxForward(row, allowed[r]!, log === 1));
    const [dy, before] = [hide(workspace.values(size)), workspace.values(size)];
    const gradients = rowsOf(dy, width).map((row, r) =>
      reference.softmaxBackward(row, y.slice(r * width, (r + 1) * width), log === 1),
    );
    const dx = gradients.flat();
    const [dY, Y] = [workspace.input(dy), workspace.input(y)];
    const [out, sum, inPlace] = [workspace.output(size), workspace.inOut(before), workspace.inOut(dy)];
    workspace.kernels.softmaxBackward(out, dY, Y, rows, width, log, 0);
    workspace.expect('dx', out, dx, BACKWARD_TOLERANCE);
    workspace.kernels.softmaxBackward(sum, dY, Y, rows, width, log, 1);
    workspace.expect('dx + gradient', sum, reference.add(before, dx), BACKWARD_TOLERANCE);
    workspace.kernels.softmaxBackward(inPlace, inPlace, Y, rows, width, log, 0);
    workspace.expect('dx over dy', inPlace, dx, BACKWARD_TOLERANCE);
  });
}
