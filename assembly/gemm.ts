/**
 * Packing and matrix products. Contracts: src/kernels/gemm.ts. A panel holds 16 columns of B: a bias row, then K rows, 64
 * bytes each. Every product is there once for each tile; which is fastest the host finds out (src/kernels/tune.ts).
 */

import { PANEL, packColumns, transpose } from './packing';
import { product, productTN, T2X16, T2X24, T4X8, T6X16, T8X8 } from './product';
import { at, loadLanes, storeLanes } from './simd';

/** Whether the tile for joined vectors is compiled: no page can run it, and what a page loads has one thread. */
const HAS_6X16 = ASC_FEATURE_THREADS;

export function packPanels(panels: usize, b: usize, bias1: usize, bias2: usize, K: i32, N: i32, ldb: i32): void {
  for (let n = 0; n < N; n += PANEL) {
    const columns = min(PANEL, N - n);
    packBias(panels, bias1, bias2, n, columns);
    panels += PANEL << 2;
    packColumns(panels, at(b, n), K, columns, ldb);
    panels += (K * PANEL) << 2;
  }
}

export function packPanelsTransposed(
  panels: usize,
  b: usize,
  bias1: usize,
  bias2: usize,
  K: i32,
  N: i32,
  ldb: i32,
): void {
  for (let n = 0; n < N; n += PANEL) {
    const columns = min(PANEL, N - n);
    packBias(panels, bias1, bias2, n, columns);
    panels += PANEL << 2;
    transpose(panels, at(b, n * ldb), columns, K, PANEL, ldb);
    for (let j = columns; j < PANEL; j++) {
      for (let k = 0; k < K; k++) store<f32>(at(panels, k * PANEL + j), 0);
    }
    panels += (K * PANEL) << 2;
  }
}

function packBias(row: usize, bias1: usize, bias2: usize, n: i32, columns: i32): void {
  for (let j = 0; j < PANEL; j++) {
    let sum: f32 = 0;
    if (j < columns && bias1 != 0) sum += load<f32>(at(bias1, n + j));
    if (j < columns && bias2 != 0) sum += load<f32>(at(bias2, n + j));
    store<f32>(at(row, j), sum);
  }
}

export function gemm4x8(
  c: usize,
  a: usize,
  panels: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  product(c, a, panels, M, N, K, lda, ldc, begin, T4X8);
}

export function gemm2x16(
  c: usize,
  a: usize,
  panels: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  product(c, a, panels, M, N, K, lda, ldc, begin, T2X16);
}

export function gemm2x24(
  c: usize,
  a: usize,
  panels: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  product(c, a, panels, M, N, K, lda, ldc, begin, T2X24);
}

export function gemm6x16(
  c: usize,
  a: usize,
  panels: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  if (HAS_6X16) product(c, a, panels, M, N, K, lda, ldc, begin, T6X16);
  else unreachable();
}

export function gemm8x8(
  c: usize,
  a: usize,
  panels: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  product(c, a, panels, M, N, K, lda, ldc, begin, T8X8);
}

export function gemmTN4x8(
  c: usize,
  a: usize,
  b: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldb: i32,
  ldc: i32,
  tmp: usize,
): void {
  productTN(c, a, b, M, N, K, lda, ldb, ldc, tmp, T4X8);
}

export function gemmTN2x16(
  c: usize,
  a: usize,
  b: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldb: i32,
  ldc: i32,
  tmp: usize,
): void {
  productTN(c, a, b, M, N, K, lda, ldb, ldc, tmp, T2X16);
}

export function gemmTN2x24(
  c: usize,
  a: usize,
  b: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldb: i32,
  ldc: i32,
  tmp: usize,
): void {
  productTN(c, a, b, M, N, K, lda, ldb, ldc, tmp, T2X24);
}

export function gemmTN6x16(
  c: usize,
  a: usize,
  b: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldb: i32,
  ldc: i32,
  tmp: usize,
): void {
  if (HAS_6X16) productTN(c, a, b, M, N, K, lda, ldb, ldc, tmp, T6X16);
  else unreachable();
}

export function gemmTN8x8(
  c: usize,
  a: usize,
  b: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldb: i32,
  ldc: i32,
  tmp: usize,
): void {
  productTN(c, a, b, M, N, K, lda, ldb, ldc, tmp, T8X8);
}

export function columnSums(sums: usize, a: usize, M: i32, N: i32, lda: i32): void {
  let n = 0;
  // Sixteen columns at a time: one cache line of each row, read once.
  for (; n + 16 <= N; n += 16) {
    const to = at(sums, n);
    let s0 = v128.load(to);
    let s1 = v128.load(to, 16);
    let s2 = v128.load(to, 32);
    let s3 = v128.load(to, 48);
    let p = at(a, n);
    for (let m = 0; m < M; m++) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
      p = at(p, lda);
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; n < N; n += 4) {
    const lanes = min(4, N - n);
    let s = loadLanes(at(sums, n), lanes);
    for (let m = 0; m < M; m++) s = f32x4.add(s, loadLanes(at(a, m * lda + n), lanes));
    storeLanes(at(sums, n), s, lanes);
  }
}
