/** Cases of diagonalProduct and diagonalGradient. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { GAP, LENGTHS, spread } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** One rounded product and one rounded sum, of numbers below 2. */
const PRODUCT_TOLERANCE = 3e-7;
/** Each row adds two roundings of half a unit, of a product below 1 and of a sum below 8. */
const gradientTolerance = (M: number): number => 6e-7 * M;

/** Registers the cases. */
export function testDiagonal(open: () => Workspace): void {
  it('diagonalProduct: every width', () => {
    for (const M of [0, 1, 2, 3, 9]) for (const N of LENGTHS) product(open(), M, N);
  });

  it('diagonalGradient: every width, rows apart and side by side', () => {
    for (const M of [0, 1, 2, 3, 9]) {
      for (const N of LENGTHS)
        for (const gaps of [
          [0, 0],
          [3, 0],
          [0, 5],
        ] as const)
          gradient(open(), M, N, gaps);
    }
  });

  it('diagonalProduct and diagonalGradient: a NaN stays a NaN in its own column', () => {
    const workspace = open();
    workspace.case('NaN', () => {
      const missing = [false, true, false, false, false, true];
      const none = missing.map(() => 0);
      const some = missing.map((is) => (is ? NaN : 1));
      const isMissing = (address: number): boolean[] => workspace.read(address, 6).map((x) => Number.isNaN(x));
      for (const [x, u] of [
        [some, none],
        [none, some],
      ] as const) {
        const y = workspace.inOut(none);
        workspace.kernels.diagonalProduct(y, workspace.input(x), workspace.input(u), 1, 6);
        expect(isMissing(y)).toEqual(missing);
        const du = workspace.inOut(none);
        workspace.kernels.diagonalGradient(du, workspace.input(x), workspace.input(u), 1, 6, 6, 6);
        expect(isMissing(du)).toEqual(missing);
      }
    });
  });
}

function product(workspace: Workspace, M: number, N: number): void {
  workspace.case(`diagonalProduct M=${M} N=${N}`, () => {
    const [before, x, u] = [workspace.values(M * N), workspace.values(M * N), workspace.values(N)];
    const y = workspace.inOut(before);
    workspace.kernels.diagonalProduct(y, workspace.input(x), workspace.input(u), M, N);
    workspace.expect('y', y, reference.diagonalProduct(before, x, u), PRODUCT_TOLERANCE);
  });
}

function gradient(workspace: Workspace, M: number, N: number, [gapA, gapB]: readonly [number, number]): void {
  workspace.case(`diagonalGradient M=${M} N=${N} gaps ${gapA} and ${gapB}`, () => {
    const [before, a, b] = [workspace.values(N), workspace.values(M * N), workspace.values(M * N)];
    const du = workspace.inOut(before);
    const [lda, ldb] = [N + gapA, N + gapB];
    const [rowsA, rowsB] = [workspace.input(spread(a, N, lda, GAP)), workspace.input(spread(b, N, ldb, GAP))];
    workspace.kernels.diagonalGradient(du, rowsA, rowsB, M, N, lda, ldb);
    workspace.expect('du', du, reference.diagonalGradient(before, a, b), gradientTolerance(M));
  });
}
