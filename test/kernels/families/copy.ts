/** Cases of copyBlocks. Copies are exact, sums rounded once. */

import { it } from 'vitest';
import { GAP, LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** Strides of the outer blocks and of the rows. */
interface Strides {
  readonly outer: number;
  readonly row: number;
}

/** Registers the cases. */
export function testCopy(open: () => Workspace): void {
  it('copyBlocks: every width, rows apart, blocks and rows exchanged, assigning and accumulating', () => {
    for (const [outer, rows] of [
      [0, 2],
      [1, 0],
      [1, 3],
      [4, 1],
      [3, 5],
    ] as const) {
      for (const width of LENGTHS) {
        const side: Strides = { outer: rows * width, row: width };
        const apart: Strides = { outer: rows * (width + 2) + 3, row: width + 2 };
        const exchanged: Strides = { outer: width, row: outer * width };
        for (const accumulate of [0, 1]) {
          copy(open(), outer, rows, width, side, apart, accumulate);
          copy(open(), outer, rows, width, apart, exchanged, accumulate);
        }
      }
    }
  });
}

function copy(
  workspace: Workspace,
  outer: number,
  rows: number,
  width: number,
  to: Strides,
  from: Strides,
  accumulate: number,
): void {
  workspace.case(`copyBlocks ${outer} x ${rows} x ${width} accumulate=${accumulate}`, () => {
    const length = (strides: Strides): number =>
      outer * rows === 0 ? 0 : (outer - 1) * strides.outer + (rows - 1) * strides.row + width;
    const values = workspace.values(length(from));
    const wanted = accumulate === 1 ? workspace.values(length(to)) : new Array<number>(length(to)).fill(GAP);
    const target = workspace.inOut(wanted);
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < rows; j++) {
        for (let k = 0; k < width; k++) {
          const value = values[i * from.outer + j * from.row + k]!;
          const place = i * to.outer + j * to.row + k;
          wanted[place] = accumulate === 1 ? workspace.round(wanted[place]! + value) : value;
        }
      }
    }
    const source = workspace.input(values);
    const { kernels } = workspace;
    kernels.copyBlocks(target, source, outer, rows, width, to.outer, to.row, from.outer, from.row, accumulate);
    workspace.expect('to', target, wanted, 0);
  });
}
