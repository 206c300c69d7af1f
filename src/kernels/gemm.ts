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
 * from C, so results do not depend on how the rows of C are split. JavaScript sums 256 products at a time in 64 bits and
 * adds each sum to C (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, for the packing).
 */

import type { FloatArray, Heap } from '../memory/heap.js';
import { ACCUMULATE, BIAS, BLOCK, PANEL } from './codes.js';

/** Rows JavaScript packs at a time. */
const ROWS = 48;

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
   * @param tmp scratch, gemmTNScratch(N); JavaScript has its own
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

/**
 * Where JavaScript packs a block of A and four columns of B, in 64 bits, as its arithmetic is. They are of the module
 * and never replaced, so that V8 knows their addresses and lengths when it compiles the inner loop.
 */
const stripsA: Float64Array = new Float64Array(BLOCK * ROWS);
const stripB: Float64Array = new Float64Array(BLOCK * 4);
const sums: Float64Array = new Float64Array(8);

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
    const [C, A, P] = [c >>> shift, a >>> shift, panels >>> shift];
    const bias = (n: number): number => P + Math.floor(n / PANEL) * PANEL * (K + 1) + (n % PANEL);
    if (begin !== ACCUMULATE) {
      for (let n = 0; n < N; n++) fillColumn(floats, C + n, M, ldc, begin === BIAS ? floats[bias(n)]! : 0);
    }
    if (M < 3) {
      for (let m = 0; m < M; m++) rowTimesPanels(floats, C + m * ldc, A + m * lda, P, N, K);
      return;
    }
    for (let k = 0; k < K; k += BLOCK) {
      const depth = Math.min(BLOCK, K - k);
      for (let m = 0; m < M; m += ROWS) {
        const rows = Math.min(ROWS, M - m);
        packRows(floats, A + m * lda + k, rows, depth, lda);
        for (let n = 0; n < N; n += 4) {
          packColumns(floats, bias(n) + (k + 1) * PANEL, depth, PANEL, 4);
          addProduct(floats, C + m * ldc + n, ldc, rows, Math.min(4, N - n), depth);
        }
      }
    }
  },

  gemmTN(c, a, b, M, N, K, lda, ldb, ldc, _tmp) {
    const { floats, shift } = heap;
    const [C, A, B] = [c >>> shift, a >>> shift, b >>> shift];
    for (let k = 0; k < K; k += BLOCK) {
      const depth = Math.min(BLOCK, K - k);
      for (let m = 0; m < M; m += ROWS) {
        const rows = Math.min(ROWS, M - m);
        packTransposed(floats, A + k * lda + m, rows, depth, lda);
        for (let n = 0; n < N; n += 4) {
          const columns = Math.min(4, N - n);
          packColumns(floats, B + k * ldb + n, depth, ldb, columns);
          addProduct(floats, C + m * ldc + n, ldc, rows, columns, depth);
        }
      }
    }
  },

  columnSums(out, a, M, N, lda) {
    const { floats, shift } = heap;
    const S = out >>> shift;
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

/** One row of A times all panels: not worth packing anything for, but summed in the same order. */
function rowTimesPanels(f: FloatArray, c: number, a: number, P: number, N: number, K: number): void {
  for (let n = 0; n < N; n += PANEL, P += PANEL * (K + 1)) {
    for (let j = 0; j < PANEL && n + j < N; j++) {
      let b = P + j;
      for (let k = 0; k < K; k += BLOCK) {
        let sum = 0;
        for (let i = k, end = Math.min(k + BLOCK, K); i < end; i++) sum += f[a + i]! * f[(b += PANEL)]!;
        f[c + n + j]! += sum;
      }
    }
  }
}

function fillColumn(f: FloatArray, c: number, rows: number, ldc: number, value: number): void {
  for (let m = 0; m < rows; m++, c += ldc) f[c] = value;
}

/**
 * Rows of A, (rows, depth), as strips of two, (depth, 2) each, the last one filled up with zeros, and a step of zeros
 * behind an odd depth.
 */
function packRows(f: FloatArray, a: number, rows: number, depth: number, lda: number): void {
  for (let i = 0, strip = 0; i < rows; i += 2, strip += 2 * (depth + (depth & 1))) {
    const from = a + i * lda;
    let at = strip;
    for (let k = 0; k < depth; k++, at += 2) {
      stripsA[at] = f[from + k]!;
      stripsA[at + 1] = i + 1 < rows ? f[from + lda + k]! : 0;
    }
    if (depth & 1) stripsA.fill(0, at, at + 2);
  }
}

/** The same from the transpose, (depth, rows). */
function packTransposed(f: FloatArray, a: number, rows: number, depth: number, lda: number): void {
  for (let i = 0, at = 0; i < rows; i += 2) {
    for (let k = 0, from = a + i; k < depth; k++, at += 2, from += lda) {
      stripsA[at] = f[from]!;
      stripsA[at + 1] = i + 1 < rows ? f[from + 1]! : 0;
    }
    if (depth & 1) {
      stripsA.fill(0, at, at + 2);
      at += 2;
    }
  }
}

/** Up to four neighbouring columns of B as a strip (depth, 4), filled up with zeros, and a step of zeros behind an odd depth. */
function packColumns(f: FloatArray, b: number, depth: number, ldb: number, columns: number): void {
  let at = 0;
  for (let k = 0; k < depth; k++, at += 4, b += ldb) {
    stripB[at] = f[b]!;
    stripB[at + 1] = columns > 1 ? f[b + 1]! : 0;
    stripB[at + 2] = columns > 2 ? f[b + 2]! : 0;
    stripB[at + 3] = columns > 3 ? f[b + 3]! : 0;
  }
  if (depth & 1) stripB.fill(0, at, at + 4);
}

/** C(rows, columns) += what is packed. */
function addProduct(f: FloatArray, c: number, ldc: number, rows: number, columns: number, depth: number): void {
  const even = depth + (depth & 1);
  for (let i = 0; i < rows; i += 2) {
    tile2x4(i * even, even);
    const height = Math.min(2, rows - i);
    for (let r = 0; r < height; r++, c += ldc) {
      for (let j = 0; j < columns; j++) f[c + j]! += sums[4 * r + j]!;
    }
  }
}

/**
 * sums (2, 4) := the product of the strip at a, (depth, 2), and stripB, (depth, 4), two steps a turn: 0.83 of the time
 * of (3, 4) sums and one step a turn on Node 20, and the same on Node 26. It calls nothing once the sums are known: V8
 * would keep them in memory for that, from the first step of the loop on.
 */
function tile2x4(a: number, depth: number): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0; // prettier-ignore
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0; // prettier-ignore
  for (let b = 0, end = 4 * depth; b < end; a += 4, b += 8) {
    let x0 = stripsA[a]!;
    let x1 = stripsA[a + 1]!;
    let y = stripB[b]!;
    s00 += x0 * y;
    s10 += x1 * y;
    y = stripB[b + 1]!;
    s01 += x0 * y;
    s11 += x1 * y;
    y = stripB[b + 2]!;
    s02 += x0 * y;
    s12 += x1 * y;
    y = stripB[b + 3]!;
    s03 += x0 * y;
    s13 += x1 * y;
    x0 = stripsA[a + 2]!;
    x1 = stripsA[a + 3]!;
    y = stripB[b + 4]!;
    s00 += x0 * y;
    s10 += x1 * y;
    y = stripB[b + 5]!;
    s01 += x0 * y;
    s11 += x1 * y;
    y = stripB[b + 6]!;
    s02 += x0 * y;
    s12 += x1 * y;
    y = stripB[b + 7]!;
    s03 += x0 * y;
    s13 += x1 * y;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s02;
  sums[3] = s03;
  sums[4] = s10;
  sums[5] = s11;
  sums[6] = s12;
  sums[7] = s13;
}
