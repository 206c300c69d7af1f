/**
 * Matrix products over packed panels.
 *
 *     gemm     C := bias + A B   |   C := C + A B   |   C := A B          A (M, K), B (K, N) packed, C (M, N)
 *     gemmTN   C := C + A^T B                                             A (K, M), B (K, N), C (M, N), all row-major
 *
 * A panel is 16 columns of B: a row of 16 bias values, then K rows of 16. Columns beyond N are zero. A product with
 * weights W of PyTorch's layout (N, K) packs W transposed for the forward, and W as it is for the gradient of the input.
 *
 * On the WebAssembly tiers every element of C is one chain of K multiply-adds in the order of k, begun from the bias or
 * from C, so results do not depend on how the rows of C are split; JavaScript sums first and adds C last (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, for the packing).
 */

import type { FloatArray, Heap } from '../memory/heap.js';

/** Columns of a panel. */
const PANEL = 16;

/** Rows gemmTN packs at a time. */
const BLOCK = 256;

/** How a product begins: from the panels' bias row. */
export const BIAS = 0;
/** How a product begins: from what C holds. */
export const ACCUMULATE = 1;
/** How a product begins: from zero. */
export const ASSIGN = 2;

/** Floats that the panels of a (K, N) matrix take. */
export function panelSize(K: number, N: number): number {
  return Math.ceil(N / PANEL) * PANEL * (K + 1);
}

/** Floats of scratch that gemmTN needs for a C of M rows. */
export function gemmTNScratch(M: number): number {
  return BLOCK * (Math.ceil(M / 4) * 4 + 8);
}

/** Products and packing. Addresses are in bytes, sizes and leading dimensions in elements. */
export interface GemmKernels {
  /**
   * panels := B, bias row := bias1 + bias2.
   * @param panels out, panelSize(K, N)
   * @param b in, (K, N) row-major with rows ldb apart
   * @param bias1 in, (N), or 0 for none
   * @param bias2 in, (N), or 0 for none
   */
  packPanels(panels: number, b: number, bias1: number, bias2: number, K: number, N: number, ldb: number): void;

  /** As packPanels, from the transpose: b is (N, K) row-major with rows ldb apart. */
  packPanelsTransposed(
    panels: number,
    b: number,
    bias1: number,
    bias2: number,
    K: number,
    N: number,
    ldb: number,
  ): void;

  /**
   * C := begin + A B. C may not overlap A or the panels; with begin = BIAS or ASSIGN it is not read.
   * @param c out (BIAS, ASSIGN) or in-out (ACCUMULATE), (M, N), rows ldc apart
   * @param a in, (M, K), rows lda apart
   * @param panels in, B (K, N) packed
   * @param begin BIAS, ACCUMULATE or ASSIGN
   */
  gemm(
    c: number,
    a: number,
    panels: number,
    M: number,
    N: number,
    K: number,
    lda: number,
    ldc: number,
    begin: number,
  ): void;

  /**
   * C += A^T B: a weight gradient, over all steps at once.
   * @param c in-out, (M, N), rows ldc apart
   * @param a in, (K, M), rows lda apart
   * @param b in, (K, N), rows ldb apart
   * @param tmp scratch, gemmTNScratch(M)
   */
  gemmTN(
    c: number,
    a: number,
    b: number,
    M: number,
    N: number,
    K: number,
    lda: number,
    ldb: number,
    ldc: number,
    tmp: number,
  ): void;

  /**
   * sums_n += sum over m of A_mn: a bias gradient.
   * @param sums in-out, (N)
   * @param a in, (M, N), rows lda apart
   */
  columnSums(sums: number, a: number, M: number, N: number, lda: number): void;
}

/** The kernels of this file in JavaScript. */
export const gemmJs = (heap: Heap): GemmKernels => ({
  packPanels(panels, b, bias1, bias2, K, N, ldb) {
    pack(heap, panels, b, bias1, bias2, K, N, ldb, 1);
  },

  packPanelsTransposed(panels, b, bias1, bias2, K, N, ldb) {
    pack(heap, panels, b, bias1, bias2, K, N, 1, ldb);
  },

  gemm(c, a, panels, M, N, K, lda, ldc, begin) {
    const { floats, shift } = heap;
    const C = c >>> shift;
    const A = a >>> shift;
    let P = panels >>> shift;
    for (let n = 0; n < N; n += PANEL, P += PANEL * (K + 1)) {
      for (let j = 0; j < PANEL && n + j < N; j += 4) {
        const columns = Math.min(4, N - n - j);
        let m = 0;
        for (; m + 4 <= M; m += 4) {
          tile4x4(floats, C + m * ldc + n + j, A + m * lda, P + j, K, lda, ldc, begin, columns);
        }
        for (; m < M; m++) tile1x4(floats, C + m * ldc + n + j, A + m * lda, P + j, K, begin, columns);
      }
    }
  },

  gemmTN(c, a, b, M, N, K, lda, ldb, ldc, tmp) {
    const { floats, shift } = heap;
    const C = c >>> shift;
    const packedA = tmp >>> shift;
    const packedB = packedA + BLOCK * Math.ceil(M / 4) * 4;
    for (let k = 0; k < K; k += BLOCK) {
      const rows = Math.min(BLOCK, K - k);
      for (let m = 0; m < M; m += 4) {
        packStrip(floats, packedA + m * BLOCK, (a >>> shift) + k * lda + m, rows, lda, Math.min(4, M - m));
      }
      for (let n = 0; n < N; n += 4) {
        packStrip(floats, packedB, (b >>> shift) + k * ldb + n, rows, ldb, Math.min(4, N - n));
        for (let m = 0; m < M; m += 4) {
          const valid = Math.min(4, M - m);
          tileTN4x4(floats, C + m * ldc + n, packedA + m * BLOCK, packedB, rows, ldc, valid, Math.min(4, N - n));
        }
      }
    }
  },

  columnSums(sums, a, M, N, lda) {
    const { floats, shift } = heap;
    const S = sums >>> shift;
    for (let m = 0, A = a >>> shift; m < M; m++, A += lda) {
      for (let n = 0; n < N; n++) floats[S + n]! += floats[A + n]!;
    }
  },
});

/** Element (k, n) of B is at b + k * strideK + n * strideN. */
function pack(
  heap: Heap,
  panels: number,
  b: number,
  bias1: number,
  bias2: number,
  K: number,
  N: number,
  strideK: number,
  strideN: number,
): void {
  const { floats, shift } = heap;
  const B = b >>> shift;
  let P = panels >>> shift;
  const bias = (address: number, n: number): number => (address === 0 ? 0 : floats[(address >>> shift) + n]!);
  for (let n = 0; n < N; n += PANEL) {
    for (let j = 0; j < PANEL; j++) floats[P + j] = n + j < N ? bias(bias1, n + j) + bias(bias2, n + j) : 0;
    P += PANEL;
    for (let k = 0; k < K; k++, P += PANEL) {
      for (let j = 0; j < PANEL; j++) floats[P + j] = n + j < N ? floats[B + k * strideK + (n + j) * strideN]! : 0;
    }
  }
}

/** Four rows by four columns in sixteen local sums: what a scalar loop can keep in registers. */
function tile4x4(
  f: FloatArray,
  c: number,
  a: number,
  b: number,
  K: number,
  lda: number,
  ldc: number,
  begin: number,
  columns: number,
): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0; // prettier-ignore
  if (begin === BIAS) {
    s00 = f[b]!;
    s01 = f[b + 1]!;
    s02 = f[b + 2]!;
    s03 = f[b + 3]!;
  }
  let s10 = s00, s11 = s01, s12 = s02, s13 = s03; // prettier-ignore
  let s20 = s00, s21 = s01, s22 = s02, s23 = s03; // prettier-ignore
  let s30 = s00, s31 = s01, s32 = s02, s33 = s03; // prettier-ignore
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  for (const end = a + K; a < end; a++, a1++, a2++, a3++) {
    b += PANEL;
    const b0 = f[b]!, b1 = f[b + 1]!, b2 = f[b + 2]!, b3 = f[b + 3]!; // prettier-ignore
    const x0 = f[a]!, x1 = f[a1]!, x2 = f[a2]!, x3 = f[a3]!; // prettier-ignore
    s00 += x0 * b0;
    s01 += x0 * b1;
    s02 += x0 * b2;
    s03 += x0 * b3; // prettier-ignore
    s10 += x1 * b0;
    s11 += x1 * b1;
    s12 += x1 * b2;
    s13 += x1 * b3; // prettier-ignore
    s20 += x2 * b0;
    s21 += x2 * b1;
    s22 += x2 * b2;
    s23 += x2 * b3; // prettier-ignore
    s30 += x3 * b0;
    s31 += x3 * b1;
    s32 += x3 * b2;
    s33 += x3 * b3; // prettier-ignore
  }
  const keep = begin === ACCUMULATE;
  storeRow(f, c, s00, s01, s02, s03, columns, keep);
  storeRow(f, c + ldc, s10, s11, s12, s13, columns, keep);
  storeRow(f, c + 2 * ldc, s20, s21, s22, s23, columns, keep);
  storeRow(f, c + 3 * ldc, s30, s31, s32, s33, columns, keep);
}

function tile1x4(f: FloatArray, c: number, a: number, b: number, K: number, begin: number, columns: number): void {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0; // prettier-ignore
  if (begin === BIAS) {
    s0 = f[b]!;
    s1 = f[b + 1]!;
    s2 = f[b + 2]!;
    s3 = f[b + 3]!;
  }
  for (const end = a + K; a < end; a++) {
    b += PANEL;
    const x = f[a]!;
    s0 += x * f[b]!;
    s1 += x * f[b + 1]!;
    s2 += x * f[b + 2]!;
    s3 += x * f[b + 3]!;
  }
  storeRow(f, c, s0, s1, s2, s3, columns, begin === ACCUMULATE);
}

/** Four neighbouring columns of `rows` rows, zero beyond `columns`, one row behind the other. */
function packStrip(f: FloatArray, to: number, from: number, rows: number, ld: number, columns: number): void {
  for (let k = 0; k < rows; k++, to += 4, from += ld) {
    for (let j = 0; j < 4; j++) f[to + j] = j < columns ? f[from + j]! : 0;
  }
}

function tileTN4x4(
  f: FloatArray,
  c: number,
  a: number,
  b: number,
  K: number,
  ldc: number,
  rows: number,
  columns: number,
): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0; // prettier-ignore
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0; // prettier-ignore
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0; // prettier-ignore
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0; // prettier-ignore
  for (const end = a + 4 * K; a < end; a += 4, b += 4) {
    const b0 = f[b]!, b1 = f[b + 1]!, b2 = f[b + 2]!, b3 = f[b + 3]!; // prettier-ignore
    const x0 = f[a]!, x1 = f[a + 1]!, x2 = f[a + 2]!, x3 = f[a + 3]!; // prettier-ignore
    s00 += x0 * b0;
    s01 += x0 * b1;
    s02 += x0 * b2;
    s03 += x0 * b3; // prettier-ignore
    s10 += x1 * b0;
    s11 += x1 * b1;
    s12 += x1 * b2;
    s13 += x1 * b3; // prettier-ignore
    s20 += x2 * b0;
    s21 += x2 * b1;
    s22 += x2 * b2;
    s23 += x2 * b3; // prettier-ignore
    s30 += x3 * b0;
    s31 += x3 * b1;
    s32 += x3 * b2;
    s33 += x3 * b3; // prettier-ignore
  }
  storeRow(f, c, s00, s01, s02, s03, columns, true);
  if (rows > 1) storeRow(f, c + ldc, s10, s11, s12, s13, columns, true);
  if (rows > 2) storeRow(f, c + 2 * ldc, s20, s21, s22, s23, columns, true);
  if (rows > 3) storeRow(f, c + 3 * ldc, s30, s31, s32, s33, columns, true);
}

function storeRow(
  f: FloatArray,
  c: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
  columns: number,
  add: boolean,
): void {
  f[c] = add ? f[c]! + s0 : s0;
  if (columns > 1) f[c + 1] = add ? f[c + 1]! + s1 : s1;
  if (columns > 2) f[c + 2] = add ? f[c + 2]! + s2 : s2;
  if (columns > 3) f[c + 3] = add ? f[c + 3]! + s3 : s3;
}
