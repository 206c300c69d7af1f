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
import { fmadd, loadLanes, storeLanes } from './simd';

const PANEL: i32 = 16;

/** Steps of K at a time, so that a panel's part, 16 kB, stays in the first cache while all rows pass by. */
const DEPTH: i32 = 256;

const T4X8: i32 = 0;
const T2X16: i32 = 1;
const T2X24: i32 = 2;
const T4X16: i32 = 3;
const T8X8: i32 = 4;

// @ts-ignore: decorator
@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
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
  const panelBytes = <usize>((K + 1) * PANEL) << 2;
  const rows = tile == T8X8 ? 8 : tile == T4X8 || tile == T4X16 ? 4 : 2;
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
    for (let m = 0; m < M; m += tile == T8X8 ? 8 : tile == T4X8 || tile == T4X16 ? 4 : 2) {
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

/** C(4, columns) of 8 from A's four rows and half a panel, whose bias row comes first. */
function maskedTile4x8(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32, columns: i32): void {
  const left = min(4, columns);
  const right = columns - 4;
  const c1 = at(c, ldc);
  const c2 = at(c1, ldc);
  const c3 = at(c2, ldc);
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  if (begin == BIAS) {
    s00 = v128.load(b);
    s01 = v128.load(b, 16);
  }
  let s10 = s00;
  let s11 = s01;
  let s20 = s00;
  let s21 = s01;
  let s30 = s00;
  let s31 = s01;
  if (begin == ACCUMULATE) {
    s00 = loadLanes(c, left);
    s10 = loadLanes(c1, left);
    s20 = loadLanes(c2, left);
    s30 = loadLanes(c3, left);
    if (right > 0) {
      s01 = loadLanes(c + 16, right);
      s11 = loadLanes(c1 + 16, right);
      s21 = loadLanes(c2 + 16, right);
      s31 = loadLanes(c3 + 16, right);
    }
  }
  let a1 = at(a, lda);
  let a2 = at(a1, lda);
  let a3 = at(a2, lda);
  for (const end = at(a, K); a < end; a += 4) {
    b += 64;
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a1);
    const x2 = v128.load32_splat(a2);
    const x3 = v128.load32_splat(a3);
    let y = v128.load(b);
    s00 = fmadd(x0, y, s00);
    s10 = fmadd(x1, y, s10);
    s20 = fmadd(x2, y, s20);
    s30 = fmadd(x3, y, s30);
    y = v128.load(b, 16);
    s01 = fmadd(x0, y, s01);
    s11 = fmadd(x1, y, s11);
    s21 = fmadd(x2, y, s21);
    s31 = fmadd(x3, y, s31);
    a1 += 4;
    a2 += 4;
    a3 += 4;
  }
  storeLanes(c, s00, left);
  storeLanes(c1, s10, left);
  storeLanes(c2, s20, left);
  storeLanes(c3, s30, left);
  if (right > 0) {
    storeLanes(c + 16, s01, right);
    storeLanes(c1 + 16, s11, right);
    storeLanes(c2 + 16, s21, right);
    storeLanes(c3 + 16, s31, right);
  }
}

/** C(1, columns) of 16 from one row of A and a whole panel. */
function maskedTile1x16(c: usize, a: usize, b: usize, K: i32, begin: i32, columns: i32): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  if (begin == BIAS) {
    s0 = v128.load(b);
    s1 = v128.load(b, 16);
    s2 = v128.load(b, 32);
    s3 = v128.load(b, 48);
  } else if (begin == ACCUMULATE) {
    s0 = loadLanes(c, min(4, columns));
    if (columns > 4) s1 = loadLanes(c + 16, min(4, columns - 4));
    if (columns > 8) s2 = loadLanes(c + 32, min(4, columns - 8));
    if (columns > 12) s3 = loadLanes(c + 48, columns - 12);
  }
  for (const end = at(a, K); a < end; a += 4) {
    b += 64;
    const x = v128.load32_splat(a);
    s0 = fmadd(x, v128.load(b), s0);
    s1 = fmadd(x, v128.load(b, 16), s1);
    s2 = fmadd(x, v128.load(b, 32), s2);
    s3 = fmadd(x, v128.load(b, 48), s3);
  }
  storeLanes(c, s0, min(4, columns));
  if (columns > 4) storeLanes(c + 16, s1, min(4, columns - 4));
  if (columns > 8) storeLanes(c + 32, s2, min(4, columns - 8));
  if (columns > 12) storeLanes(c + 48, s3, columns - 12);
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

/** Up to sixteen columns of A in strips of four: one cache line of each row, read once. */
function packStrips(to: usize, from: usize, rows: i32, columns: i32, ld: i32): void {
  if (columns < 16) {
    for (let m = 0; m < columns; m += 4) {
      packStrip(to, at(from, m), rows, ld, min(4, columns - m), 16);
      to += STRIP_A;
    }
    return;
  }
  for (const end = to + (<usize>rows << 4); to < end; to += 16) {
    v128.store(to, v128.load(from));
    v128.store(to + STRIP_A, v128.load(from, 16));
    v128.store(to + 2 * STRIP_A, v128.load(from, 32));
    v128.store(to + 3 * STRIP_A, v128.load(from, 48));
    from = at(from, ld);
  }
}

/** Eight neighbouring columns of `rows` rows. */
function packStrip8(to: usize, from: usize, rows: i32, ld: i32): void {
  for (const end = to + (<usize>rows << 5); to < end; to += 32) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from = at(from, ld);
  }
}

/** Gathers up to four neighbouring columns of `rows` rows, each row to 16 bytes at a distance of `stride` bytes. */
function packStrip(to: usize, from: usize, rows: i32, ld: i32, columns: i32, stride: usize): void {
  const end = to + <usize>rows * stride;
  if (columns <= 0) {
    for (; to < end; to += stride) v128.store(to, f32x4.splat(0));
    return;
  }
  for (; to < end; to += stride) {
    v128.store(to, loadLanes(from, min(4, columns)));
    from = at(from, ld);
  }
}

/** C(rows, columns) of (4, 8) += the product of strips over K rows. */
function maskedStripTile4x8(c: usize, a: usize, b: usize, K: i32, ldc: i32, rows: i32, columns: i32): void {
  const left = min(4, columns);
  const right = columns - 4;
  const c1 = at(c, ldc);
  const c2 = at(c1, ldc);
  const c3 = at(c2, ldc);
  let s00 = loadLanes(c, left);
  let s01 = f32x4.splat(0);
  let s10 = s01;
  let s11 = s01;
  let s20 = s01;
  let s21 = s01;
  let s30 = s01;
  let s31 = s01;
  if (right > 0) s01 = loadLanes(c + 16, right);
  if (rows > 1) {
    s10 = loadLanes(c1, left);
    if (right > 0) s11 = loadLanes(c1 + 16, right);
  }
  if (rows > 2) {
    s20 = loadLanes(c2, left);
    if (right > 0) s21 = loadLanes(c2 + 16, right);
  }
  if (rows > 3) {
    s30 = loadLanes(c3, left);
    if (right > 0) s31 = loadLanes(c3 + 16, right);
  }
  for (const end = a + (<usize>K << 4); a < end; a += 16) {
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a, 4);
    const x2 = v128.load32_splat(a, 8);
    const x3 = v128.load32_splat(a, 12);
    let y = v128.load(b);
    s00 = fmadd(x0, y, s00);
    s10 = fmadd(x1, y, s10);
    s20 = fmadd(x2, y, s20);
    s30 = fmadd(x3, y, s30);
    y = v128.load(b, 16);
    s01 = fmadd(x0, y, s01);
    s11 = fmadd(x1, y, s11);
    s21 = fmadd(x2, y, s21);
    s31 = fmadd(x3, y, s31);
    b += 32;
  }
  storeLanes(c, s00, left);
  if (right > 0) storeLanes(c + 16, s01, right);
  if (rows > 1) {
    storeLanes(c1, s10, left);
    if (right > 0) storeLanes(c1 + 16, s11, right);
  }
  if (rows > 2) {
    storeLanes(c2, s20, left);
    if (right > 0) storeLanes(c2 + 16, s21, right);
  }
  if (rows > 3) {
    storeLanes(c3, s30, left);
    if (right > 0) storeLanes(c3 + 16, s31, right);
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
