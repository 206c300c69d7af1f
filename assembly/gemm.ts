/**
 * Matrix products over packed panels. Contracts: src/kernels/gemm.ts.
 *
 * A panel holds 16 columns of B: a bias row, then K rows, 64 bytes each. Every element of C is one chain of K
 * multiply-adds in order, whatever the tile, so results depend neither on the tile nor on how rows are split. Which
 * tile is fastest depends on the processor and on how the engine allots registers; the host chooses (src/kernels/tune.ts):
 *
 *     4x8    8 accumulators: fits every engine on x86, where 15 vector registers are to be had
 *     2x16   8 accumulators, one pointer fewer
 *     2x24   12 accumulators: feeds fused multiply-adds best, where the engine keeps the order of the source
 *     4x16   for engines that join two vectors into one of 256 bits: 8 accumulators then
 *     8x8    16 accumulators: ARM64, with 32 registers
 */

import {
  ACCUMULATE,
  BIAS,
  BLOCK,
  STRIP_A,
  STRIP_B,
  stripTile2x24,
  stripTile4x16,
  stripTile4x8,
  stripTile8x8,
  tile1x32,
  tile2x16,
  tile2x24,
  tile4x16,
  tile4x8,
  tile8x8,
} from './tiles';
import { maskedStripTile4x8, maskedTile1x16, maskedTile4x8 } from './edges';
import { at, loadLanes, storeLanes } from './simd';
import { packStrip, packStrip8, packStrips } from './strips';

const PANEL: i32 = 16;

/** Steps of K at a time, so that a panel's part, 16 kB, stays in the first cache while all rows pass by. */
const DEPTH: i32 = 256;

/** Rows at a time: their part of A stays in the second cache while all panels pass by. A multiple of every tile's. */
const ROWS: i32 = 256;

const T4X8: i32 = 0;
const T2X16: i32 = 1;
const T2X24: i32 = 2;
const T4X16: i32 = 3;
const T8X8: i32 = 4;

// @ts-ignore: decorator
@inline
function rowsOf(tile: i32): i32 {
  return tile == T8X8 ? 8 : tile == T4X8 || tile == T4X16 ? 4 : 2;
}

export function packPanels(panels: usize, b: usize, bias1: usize, bias2: usize, K: i32, N: i32, ldb: i32): void {
  for (let n = 0; n < N; n += PANEL) {
    const columns = min(PANEL, N - n);
    packBias(panels, bias1, bias2, n, columns);
    for (let k = 0; k < K; k++) {
      panels += PANEL << 2;
      const row = at(b, k * ldb + n);
      for (let j = 0; j < columns; j++) store<f32>(at(panels, j), load<f32>(at(row, j)));
      for (let j = columns; j < PANEL; j++) store<f32>(at(panels, j), 0);
    }
    panels += PANEL << 2;
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
    for (let j = 0; j < columns; j++) {
      const row = at(b, (n + j) * ldb);
      for (let k = 0; k < K; k++) store<f32>(at(panels, k * PANEL + j), load<f32>(at(row, k)));
    }
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

export function gemm4x16(
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
  product(c, a, panels, M, N, K, lda, ldc, begin, T4X16);
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

// @ts-ignore: decorator
@inline
function product(
  c: usize,
  a: usize,
  panels: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
  tile: i32,
): void {
  for (let m = 0; m < M; m += ROWS) {
    rowBlock(at(c, m * ldc), at(a, m * lda), panels, min(ROWS, M - m), N, K, lda, ldc, begin, tile);
  }
}

// @ts-ignore: decorator
@inline
function rowBlock(
  c: usize,
  a: usize,
  panels: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
  tile: i32,
): void {
  const panelBytes = <usize>((K + 1) * PANEL) << 2;
  const rows = rowsOf(tile);
  const whole = M - (M % rows);
  let k = 0;
  do {
    const depth = min(DEPTH, K - k);
    // The row before the first: the bias row at first, later the last row of the part before, which is not read.
    const first = panels + (<usize>k << 6);
    fullRows(c, at(a, k), first, panelBytes, whole, N, depth, lda, ldc, begin, tile);
    restRows(at(c, whole * ldc), at(a, whole * lda + k), first, panelBytes, M - whole, N, depth, lda, ldc, begin);
    edgeColumns(c, at(a, k), first, panelBytes, M, N, depth, lda, ldc, begin);
    begin = ACCUMULATE;
    k += DEPTH;
  } while (k < K);
}

/** As many rows as the tile has, times any number, and whole panels. */
// @ts-ignore: decorator
@inline
function fullRows(
  c: usize,
  a: usize,
  b: usize,
  panelBytes: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
  tile: i32,
): void {
  let n = 0;
  if (tile == T2X24) {
    for (; n + 48 <= N; n += 48) {
      const b2 = b + panelBytes;
      const b3 = b2 + panelBytes;
      for (let m = 0; m < M; m += 2) {
        const to = at(c, m * ldc + n);
        const row = at(a, m * lda);
        tile2x24(to, to + 64, row, b, b2, K, lda, ldc, begin);
        tile2x24(to + 128, to + 96, row, b3, b2 + 32, K, lda, ldc, begin);
      }
      b = b3 + panelBytes;
    }
  }
  for (; n + PANEL <= N; n += PANEL) {
    for (let m = 0; m < M; m += rowsOf(tile)) {
      const to = at(c, m * ldc + n);
      const row = at(a, m * lda);
      if (tile == T4X8) {
        tile4x8(to, row, b, K, lda, ldc, begin);
        tile4x8(to + 32, row, b + 32, K, lda, ldc, begin);
      } else if (tile == T8X8) {
        tile8x8(to, row, b, K, lda, ldc, begin);
        tile8x8(to + 32, row, b + 32, K, lda, ldc, begin);
      } else if (tile == T4X16) tile4x16(to, row, b, K, lda, ldc, begin);
      else tile2x16(to, row, b, K, lda, ldc, begin);
    }
    b += panelBytes;
  }
}

/** The rows that fill no tile, and products of one or two rows: as many chains at a time as hide an addition's latency. */
function restRows(
  c: usize,
  a: usize,
  b: usize,
  panelBytes: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  for (; M >= 2; M -= 2) {
    let panel = b;
    for (let n = 0; n + PANEL <= N; n += PANEL) {
      tile2x16(at(c, n), a, panel, K, lda, ldc, begin);
      panel += panelBytes;
    }
    a = at(a, 2 * lda);
    c = at(c, 2 * ldc);
  }
  if (M == 0) return;
  let n = 0;
  for (; n + 2 * PANEL <= N; n += 2 * PANEL) {
    tile1x32(at(c, n), at(c, n + PANEL), a, b, b + panelBytes, K, lda, ldc, begin);
    b += panelBytes << 1;
  }
  if (n + PANEL <= N) maskedTile1x16(at(c, n), a, b, K, begin, PANEL);
}

/** The columns that fill no panel. */
function edgeColumns(
  c: usize,
  a: usize,
  b: usize,
  panelBytes: usize,
  M: i32,
  N: i32,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  const columns = N & (PANEL - 1);
  if (columns == 0) return;
  b += <usize>(N >> 4) * panelBytes;
  c = at(c, N - columns);
  let m = 0;
  for (; m + 4 <= M; m += 4) {
    maskedTile4x8(at(c, m * ldc), at(a, m * lda), b, K, lda, ldc, begin, min(8, columns));
    if (columns > 8) maskedTile4x8(at(c, m * ldc + 8), at(a, m * lda), b + 32, K, lda, ldc, begin, columns - 8);
  }
  for (; m < M; m++) maskedTile1x16(at(c, m * ldc), at(a, m * lda), b, K, begin, columns);
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

export function gemmTN4x16(
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
  productTN(c, a, b, M, N, K, lda, ldb, ldc, tmp, T4X16);
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

/**
 * BLOCK rows at a time: all of B in strips of eight columns, then sixteen columns of A after another in strips of four,
 * which the first cache holds while B's strips pass by. Packing replaces padding: with rows a power of two apart,
 * unpacked operands evict each other.
 */
// @ts-ignore: decorator
@inline
function productTN(
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
  tile: i32,
): void {
  const tmpB = tmp + (STRIP_A << 2);
  for (let k = 0; k < K; k += BLOCK) {
    const depth = min(BLOCK, K - k);
    for (let n = 0; n < N; n += 8) {
      const strip = tmpB + <usize>(n >> 3) * STRIP_B;
      if (n + 8 <= N) packStrip8(strip, at(b, k * ldb + n), depth, ldb);
      else {
        packStrip(strip, at(b, k * ldb + n), depth, ldb, min(4, N - n), 32);
        packStrip(strip + 16, at(b, k * ldb + n + 4), depth, ldb, N - n - 4, 32);
      }
    }
    for (let m = 0; m < M; m += 16) {
      const rows = min(16, M - m);
      packStrips(tmp, at(a, k * lda + m), depth, rows, lda);
      stripRows(at(c, m * ldc), tmp, tmpB, rows, N, depth, ldc, tile);
    }
  }
}

/** Up to sixteen rows of C, all columns. */
// @ts-ignore: decorator
@inline
function stripRows(c: usize, a: usize, b: usize, M: i32, N: i32, K: i32, ldc: i32, tile: i32): void {
  let n = 0;
  if (tile != T4X8 && M == 16) {
    const width = tile == T2X24 ? 24 : tile == T4X16 ? 16 : 8;
    for (; n + width <= N; n += width) {
      for (let m = 0; m < 16; m += tile == T8X8 ? 8 : 4) {
        const to = at(c, m * ldc + n);
        const strip = a + <usize>(m >> 2) * STRIP_A;
        if (tile == T8X8) stripTile8x8(to, strip, b, K, ldc);
        else if (tile == T4X16) stripTile4x16(to, strip, b, K, ldc);
        else {
          stripTile2x24(to, strip, b, K, ldc);
          stripTile2x24(at(to, 2 * ldc), strip + 8, b, K, ldc);
        }
      }
      b += <usize>(width >> 3) * STRIP_B;
    }
  }
  for (; n < N; n += 8) {
    const columns = min(8, N - n);
    for (let m = 0; m < M; m += 4) {
      const to = at(c, m * ldc + n);
      const strip = a + <usize>(m >> 2) * STRIP_A;
      if (columns == 8 && m + 4 <= M) stripTile4x8(to, strip, b, K, ldc);
      else maskedStripTile4x8(to, strip, b, K, ldc, min(4, M - m), columns);
    }
    b += STRIP_B;
  }
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
