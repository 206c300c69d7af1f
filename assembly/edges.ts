/**
 * Tiles for the edges of a product, where columns or rows are fewer than a tile has: of what is packed, the rest is
 * zeros; of C, the rest is neither read nor written. The same chains as the tiles of ./tiles.
 */

import { ACCUMULATE, BIAS } from './tiles';
import { at, fmadd, loadLanes, storeLanes } from './simd';

/** C(4, columns) of 8 from A's four rows and half a panel, whose bias row comes first. */
export function maskedTile4x8(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32, columns: i32): void {
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
export function maskedTile1x16(c: usize, a: usize, b: usize, K: i32, begin: i32, columns: i32): void {
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

/** C(rows, columns) of (4, 8) += the product of strips over K rows. */
export function maskedStripTile4x8(c: usize, a: usize, b: usize, K: i32, ldc: i32, rows: i32, columns: i32): void {
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
