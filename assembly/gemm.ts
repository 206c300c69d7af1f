/**
 * Matrix products over packed panels. Contracts: src/kernels/gemm.ts.
 *
 * A panel holds 16 columns of B: a bias row, then K rows, 64 bytes each. The kernels work on tiles of 4 rows by 8
 * columns (half a panel): 8 accumulators, 4 broadcasts of A and 1 vector of B live in 14 registers with a product,
 * which V8 keeps without a spill; broadcasts before B is 6 % faster than the other way round. Every element is one
 * chain of K multiply-adds in order, whatever the tile, so results do not depend on how rows are split.
 */

import { fmadd, loadLanes, storeLanes } from './simd';

const PANEL: i32 = 16;
const BLOCK: i32 = 256; // rows packed at a time by gemmTN: 4 kB of A and 8 kB of B for each tile

// How a product begins: from the bias row, from what C holds, or from zero.
const BIAS: i32 = 0;
const ACCUMULATE: i32 = 1;

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

export function gemm(
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
  const panelBytes = <usize>((K + 1) * PANEL) << 2;
  for (let n = 0; n < N; n += PANEL) {
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      tile4x8(at(c, m * ldc + n), at(a, m * lda), panels, K, lda, ldc, begin, min(8, N - n));
      if (N - n > 8) {
        tile4x8(at(c, m * ldc + n + 8), at(a, m * lda), panels + 32, K, lda, ldc, begin, min(8, N - n - 8));
      }
    }
    for (; m < M; m++) tile1x16(at(c, m * ldc + n), at(a, m * lda), panels, K, begin, min(PANEL, N - n));
    panels += panelBytes;
  }
}

/** C(4, columns) of 8 from A's four rows and half a panel, whose bias row comes first. */
function tile4x8(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32, columns: i32): void {
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

/** C(1, columns) of 16 from one row of A and a whole panel: the rows left over, and every product with one row. */
function tile1x16(c: usize, a: usize, b: usize, K: i32, begin: i32, columns: i32): void {
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

export function gemmTN(
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
  const strip = <usize>BLOCK << 4;
  const tmpB = tmp + <usize>((M + 3) >> 2) * strip;
  for (let k = 0; k < K; k += BLOCK) {
    const rows = min(BLOCK, K - k);
    packStrips(tmp, at(a, k * lda), rows, M, lda, strip);
    for (let n = 0; n < N; n += 8) {
      packStrip(tmpB, at(b, k * ldb + n), rows, ldb, min(4, N - n), 32);
      packStrip(tmpB + 16, at(b, k * ldb + n + 4), rows, ldb, min(4, N - n - 4), 32);
      for (let m = 0; m < M; m += 4) {
        const packed = tmp + <usize>(m >> 2) * strip;
        tileTN4x8(at(c, m * ldc + n), packed, tmpB, rows, ldc, min(4, M - m), min(8, N - n));
      }
    }
  }
}

/** Packs all M columns of `rows` rows into strips of four, sixteen columns at a time: one cache line of each row. */
function packStrips(to: usize, from: usize, rows: i32, M: i32, ld: i32, strip: usize): void {
  let m = 0;
  for (; m + 16 <= M; m += 16) {
    let row = at(from, m);
    const end = to + (<usize>rows << 4);
    for (let p = to; p < end; p += 16) {
      v128.store(p, v128.load(row));
      v128.store(p + strip, v128.load(row, 16));
      v128.store(p + 2 * strip, v128.load(row, 32));
      v128.store(p + 3 * strip, v128.load(row, 48));
      row = at(row, ld);
    }
    to += strip << 2;
  }
  for (; m < M; m += 4) {
    packStrip(to, at(from, m), rows, ld, min(4, M - m), 16);
    to += strip;
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

/** C(rows, columns) of (4, 8) += the packed strips' product over K. */
function tileTN4x8(c: usize, a: usize, b: usize, K: i32, ldc: i32, rows: i32, columns: i32): void {
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
