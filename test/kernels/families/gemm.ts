/** Cases of packPanels, packPanelsTransposed, gemm, gemmTN and columnSums. */

import { it } from 'vitest';
import { ACCUMULATE, ASSIGN, BIAS, gemmTNScratch, panelSize } from '../../../src/kernels/codes.js';
import * as reference from '../reference.js';
import { GAP, SIZES, spread, WIDTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** Sizes of a product. Rows lie `gap` further apart than they are long. */
interface Product {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly gap: number;
}

/** Each of the K + 1 roundings is half a unit of a partial sum, which stays below 3 for factors in [-1, 1]. */
const tolerance = (K: number): number => 2e-7 * (K + 1);

/** Registers the cases. */
export function testGemm(open: () => Workspace): void {
  it('packPanels and packPanelsTransposed: every width, with and without each bias', () => {
    for (const K of [0, ...SIZES]) {
      for (const N of [...WIDTHS, 40]) for (const biases of [0, 1, 2, 3]) pack(open(), K, N, biases);
    }
  });

  it('gemm: every remainder of rows and columns, each way to begin', () => {
    for (const K of [0, ...SIZES]) {
      for (const M of SIZES) {
        for (const N of WIDTHS)
          for (const begin of [BIAS, ACCUMULATE, ASSIGN]) gemm(open(), { M, N, K, gap: 3 }, begin);
      }
    }
  });

  it('gemm: large, with rows apart and with rows side by side', () => {
    for (const begin of [BIAS, ACCUMULATE, ASSIGN]) {
      gemm(open(), { M: 67, N: 131, K: 257, gap: 5 }, begin);
      gemm(open(), { M: 64, N: 128, K: 96, gap: 0 }, begin);
      gemm(open(), { M: 291, N: 37, K: 290, gap: 3 }, begin); // several blocks of rows and of K
      gemm(open(), { M: 29, N: 50, K: 1030, gap: 1 }, begin);
    }
  });

  it('gemm: no rows or no columns write nothing', () => {
    for (const begin of [BIAS, ACCUMULATE, ASSIGN]) {
      gemm(open(), { M: 0, N: 5, K: 3, gap: 0 }, begin);
      gemm(open(), { M: 5, N: 0, K: 3, gap: 0 }, begin);
    }
  });

  it('gemmTN: every remainder of rows and columns, K around and over the block of 256', () => {
    for (const K of [0, 1, 2, 3, 5, 9, 255, 256, 257, 600]) {
      for (const M of SIZES) for (const N of WIDTHS) gemmTN(open(), { M, N, K, gap: 3 });
    }
  });

  it('gemmTN: large, with rows apart and with rows side by side', () => {
    gemmTN(open(), { M: 67, N: 131, K: 515, gap: 5 });
    gemmTN(open(), { M: 64, N: 128, K: 512, gap: 0 });
    // Several blocks of columns of A, with many and with few columns of B.
    for (const N of [1, 3, 4, 5, 21]) gemmTN(open(), { M: 205, N, K: 300, gap: 5 });
  });

  it('columnSums: every remainder of columns, large', () => {
    for (const M of [0, ...SIZES]) for (const N of WIDTHS) columnSums(open(), M, N, 3);
    columnSums(open(), 300, 131, 0);
  });
}

function pack(workspace: Workspace, K: number, N: number, biases: number): void {
  const { kernels } = workspace;
  workspace.case(`K=${K} N=${N} biases=${biases}`, () => {
    const b = workspace.values(K * N);
    const bias1 = workspace.values(N);
    const bias2 = workspace.values(N);
    const p1 = biases & 1 ? workspace.input(bias1) : 0;
    const p2 = biases & 2 ? workspace.input(bias2) : 0;
    const bias = bias1.map((x, n) => (p1 === 0 ? 0 : x) + (p2 === 0 ? 0 : bias2[n]!));
    const wanted = reference.panels(b, bias, K, N);
    const plain = workspace.output(panelSize(K, N));
    kernels.packPanels(plain, workspace.input(spread(b, N, N + 2, NaN)), p1, p2, K, N, N + 2);
    const transposed = workspace.output(panelSize(K, N));
    const t = reference.transpose(b, K, N);
    kernels.packPanelsTransposed(transposed, workspace.input(spread(t, K, K + 3, NaN)), p1, p2, K, N, K + 3);
    // Copies are exact; the sum of the two biases is rounded once.
    workspace.expect('panels', plain, wanted, 1.2e-7);
    workspace.expect('panels of the transpose', transposed, wanted, 1.2e-7);
  });
}

function gemm(workspace: Workspace, { M, N, K, gap }: Product, begin: number): void {
  workspace.case(`gemm M=${M} N=${N} K=${K} gap=${gap} begin=${begin}`, () => {
    const a = workspace.values(M * K);
    const b = workspace.values(K * N);
    const bias = workspace.values(N);
    const before = workspace.values(M * N);
    const start = before.map((x, i) => (begin === BIAS ? bias[i % N]! : begin === ACCUMULATE ? x : 0));
    const wanted = reference.add(reference.multiply(a, b, M, N, K), start);
    const old = begin === ACCUMULATE ? before : before.map(() => NaN);
    const c = workspace.inOut(spread(old, N, N + gap, GAP));
    const panels = workspace.input(reference.panels(b, bias, K, N));
    const rows = workspace.input(spread(a, K, K + gap, NaN));
    workspace.kernels.gemm(c, rows, panels, M, N, K, K + gap, N + gap, begin);
    workspace.expect('C', c, spread(wanted, N, N + gap, GAP), tolerance(K));
  });
}

function gemmTN(workspace: Workspace, { M, N, K, gap }: Product): void {
  workspace.case(`gemmTN M=${M} N=${N} K=${K} gap=${gap}`, () => {
    const a = workspace.values(K * M);
    const b = workspace.values(K * N);
    const before = workspace.values(M * N);
    const wanted = reference.add(before, reference.multiply(reference.transpose(a, K, M), b, M, N, K));
    const c = workspace.inOut(spread(before, N, N + gap, GAP));
    const rowsA = workspace.input(spread(a, M, M + gap, NaN));
    const rowsB = workspace.input(spread(b, N, N + gap + 1, NaN));
    const tmp = workspace.output(gemmTNScratch(N));
    workspace.kernels.gemmTN(c, rowsA, rowsB, M, N, K, M + gap, N + gap + 1, N + gap, tmp);
    workspace.expect('C', c, spread(wanted, N, N + gap, GAP), tolerance(K));
  });
}

function columnSums(workspace: Workspace, M: number, N: number, gap: number): void {
  workspace.case(`columnSums M=${M} N=${N} gap=${gap}`, () => {
    const a = workspace.values(M * N);
    const before = workspace.values(N);
    const sums = workspace.inOut(before);
    workspace.kernels.columnSums(sums, workspace.input(spread(a, N, N + gap, NaN)), M, N, N + gap);
    workspace.expect('sums', sums, reference.add(before, reference.columnSums(a, M, N)), tolerance(M));
  });
}
