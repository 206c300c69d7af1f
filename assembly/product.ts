/**
 * The loops around the tiles: blocks of K and of rows that the caches hold, whole tiles, and what is left at the edges.
 *
 * Every element of C is one chain of K multiply-adds in order, whatever the tile, so results depend neither on the tile
 * nor on how rows are split. Which tile is fastest depends on the processor and on how the engine allots registers:
 *
 *     4x8    8 accumulators: fits every engine on x86, where 15 vector registers are to be had
 *     2x16   8 accumulators, one pointer fewer
 *     2x24   12 accumulators: feeds fused multiply-adds best, where the engine keeps the order of the source
 *     6x16   for engines that join two vectors into one of 256 bits: 12 accumulators then
 *     8x8    16 accumulators: ARM64, with 32 registers
 */

import {
  ACCUMULATE,
  maskedTile1x16,
  maskedTile4x8,
  tile1x32,
  tile2x16,
  tile2x24,
  tile4x16,
  tile4x8,
  tile6x16,
  tile8x8,
} from './tiles';
import { PANEL, packColumns, transpose } from './packing';
import { at } from './simd';

export const T4X8: i32 = 0;
export const T2X16: i32 = 1;
export const T2X24: i32 = 2;
export const T6X16: i32 = 3;
export const T8X8: i32 = 4;

/**
 * Most steps of K at a time, so that a panel's part, 16 kB, stays in the first cache while all rows pass by; with 6x16
 * twice as many.
 */
const DEPTH: i32 = 256;

/** Rows at a time: their part of A stays in the second cache while all panels pass by. A multiple of every tile's. */
const ROWS: i32 = 240;

/** Columns of A that a weight gradient transposes at a time. A multiple of every tile's rows. */
const COLUMNS: i32 = 96;

/** Floats from one transposed column to the next: a line more than DEPTH, so that they do not share cache sets. */
const PITCH: i32 = DEPTH + 16;

/** Bytes of a panel of DEPTH rows. */
const PANEL_BYTES: usize = ((DEPTH + 1) * PANEL) << 2;

/** Fewer columns than this are taken as rows of the transposed product. */
const NARROW: i32 = 5;

/** C := begin + A B, B in panels. */
// @ts-ignore: decorator
@inline
export function product(
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
  // K in equal parts: a short one would load and store its sums for little. Joined vectors pass by twice as fast, and
  // the less often they load and store sums, the better: 3 to 12 % on large products.
  const most = tile == T6X16 ? 2 * DEPTH : DEPTH;
  const parts = max(1, (K + most - 1) / most);
  const depth = ((K + parts - 1) / parts + 3) & ~3;
  for (let m = 0; m < M; m += ROWS) {
    const rows = min(ROWS, M - m);
    const to = at(c, m * ldc);
    const from = at(a, m * lda);
    let k = 0;
    do {
      // The row before the first: the bias row at first, later the last row of the part before, which is not read.
      const first = panels + (<usize>(k * PANEL) << 2);
      block(to, at(from, k), first, panelBytes, rows, N, min(depth, K - k), lda, ldc, k == 0 ? begin : ACCUMULATE, tile);
      k += depth;
    } while (k < K);
  }
}

/**
 * C += A^T B as a product of A's transpose: DEPTH rows at a time, all of B in panels, then A's columns as rows, COLUMNS
 * at a time, which the second cache holds while the panels pass by.
 */
// @ts-ignore: decorator
@inline
export function productTN(
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
  if (N < NARROW) return narrowTN(c, a, b, M, N, K, lda, ldb, ldc, tmp, tile);
  const panels = at(tmp, COLUMNS * PITCH);
  for (let k = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    packBlock(panels, at(b, k * ldb), depth, N, ldb);
    for (let m = 0; m < M; m += COLUMNS) {
      const rows = min(COLUMNS, M - m);
      transpose(tmp, at(a, k * lda + m), depth, rows, PITCH, lda);
      block(at(c, m * ldc), tmp, panels, PANEL_BYTES, rows, N, depth, PITCH, ldc, ACCUMULATE, tile);
    }
  }
}

/** The same with few columns, as C^T += B^T A: most of a tile's columns would otherwise be unused. */
// @ts-ignore: decorator
@inline
function narrowTN(
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
  // Panels of A, rows of B and sums fit where the wide product has its rows of A and one panel.
  const rows = tmp + <usize>(COLUMNS / PANEL) * PANEL_BYTES;
  const sums = at(rows, NARROW * PITCH);
  for (let m = 0; m < M; m += COLUMNS) {
    const columns = min(COLUMNS, M - m);
    transpose(sums, at(c, m * ldc), columns, N, COLUMNS, ldc);
    for (let k = 0; k < K; k += DEPTH) {
      const depth = min(DEPTH, K - k);
      packBlock(tmp, at(a, k * lda + m), depth, columns, lda);
      transpose(rows, at(b, k * ldb), depth, N, PITCH, ldb);
      block(sums, rows, tmp, PANEL_BYTES, N, columns, depth, PITCH, COLUMNS, ACCUMULATE, tile);
    }
    transpose(at(c, m * ldc), sums, N, columns, ldc, COLUMNS);
  }
}

/** Up to DEPTH rows in panels, without a bias. */
function packBlock(panels: usize, b: usize, rows: i32, N: i32, ldb: i32): void {
  for (let n = 0; n < N; n += PANEL) {
    panels += PANEL << 2;
    packColumns(panels, at(b, n), rows, min(PANEL, N - n), ldb);
    panels += PANEL_BYTES - (PANEL << 2);
  }
}

/** A block of C from rows of A and the row before the first of each panel. */
// @ts-ignore: decorator
@inline
function block(
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
  const tiled = tiledRows(M, tile);
  tiles(c, a, b, panelBytes, tiled, N, K, lda, ldc, begin, tile);
  restRows(at(c, tiled * ldc), at(a, tiled * lda), b, panelBytes, M - tiled, N, K, lda, ldc, begin);
  edgeColumns(c, a, b, panelBytes, M, N, K, lda, ldc, begin, tile == T6X16);
}

/** As many of M rows as whole tiles take. With 6x16 the rows that sixes leave are taken four at a time. */
// @ts-ignore: decorator
@inline
function tiledRows(M: i32, tile: i32): i32 {
  if (tile == T4X8) return M & ~3;
  if (tile == T8X8) return M & ~7;
  if (tile == T6X16) return M < 4 ? 0 : M & ~1;
  return M & ~1;
}

/** Whole tiles: M rows as `tiledRows` says, and whole panels. */
// @ts-ignore: decorator
@inline
function tiles(
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
    // One tile for all rows, then the other: three panels are more than the first cache holds.
    for (; n + 48 <= N; n += 48) {
      const b2 = b + panelBytes;
      const b3 = b2 + panelBytes;
      for (let m = 0; m < M; m += 2) {
        const to = at(c, m * ldc + n);
        tile2x24(to, to + 64, at(a, m * lda), b, b2, K, lda, ldc, begin);
      }
      for (let m = 0; m < M; m += 2) {
        const to = at(c, m * ldc + n);
        tile2x24(to + 128, to + 96, at(a, m * lda), b3, b2 + 32, K, lda, ldc, begin);
      }
      b = b3 + panelBytes;
    }
  }
  for (; n + PANEL <= N; n += PANEL) {
    let m = 0;
    while (m < M) {
      const to = at(c, m * ldc + n);
      const row = at(a, m * lda);
      if (tile == T4X8) {
        tile4x8(to, row, b, K, lda, ldc, begin);
        tile4x8(to + 32, row, b + 32, K, lda, ldc, begin);
        m += 4;
      } else if (tile == T8X8) {
        tile8x8(to, row, b, K, lda, ldc, begin);
        tile8x8(to + 32, row, b + 32, K, lda, ldc, begin);
        m += 8;
      } else if (tile != T6X16) {
        tile2x16(to, row, b, K, lda, ldc, begin);
        m += 2;
      } else if (M - m == 4 || M - m == 8) {
        tile4x16(to, row, b, K, lda, ldc, begin);
        m += 4;
      } else {
        tile6x16(to, row, b, K, lda, ldc, begin);
        m += 6;
      }
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
  if (n + PANEL <= N) maskedTile1x16(at(c, n), a, b, K, lda, ldc, begin, PANEL);
}

/**
 * The columns that fill no panel. With joined vectors, eight rows at a time while there are eight columns: four rows
 * would be too few chains.
 */
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
  joined: bool,
): void {
  const columns = N & (PANEL - 1);
  if (columns == 0) return;
  b += <usize>(N / PANEL) * panelBytes;
  c = at(c, N - columns);
  let m = 0;
  if (joined && columns >= 8) {
    for (; m + 8 <= M; m += 8) {
      const to = at(c, m * ldc);
      const row = at(a, m * lda);
      tile8x8(to, row, b, K, lda, ldc, begin);
      if (columns == 8) continue;
      maskedTile4x8(to + 32, row, b + 32, K, lda, ldc, begin, columns - 8);
      maskedTile4x8(at(to, 4 * ldc) + 32, at(row, 4 * lda), b + 32, K, lda, ldc, begin, columns - 8);
    }
  }
  for (; m + 4 <= M; m += 4) {
    maskedTile4x8(at(c, m * ldc), at(a, m * lda), b, K, lda, ldc, begin, min(8, columns));
    if (columns > 8) maskedTile4x8(at(c, m * ldc + 8), at(a, m * lda), b + 32, K, lda, ldc, begin, columns - 8);
  }
  for (; m < M; m++) maskedTile1x16(at(c, m * ldc), at(a, m * lda), b, K, lda, ldc, begin, columns);
}
