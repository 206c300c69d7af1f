/**
 * Inner loops of the products, written by scripts/make-tiles.mjs: change that, not this. A tile MRxNR holds MR rows by NR
 * columns of C in registers. Every element is one chain of K multiply-adds in order, so all tiles give the same bits.
 */

import { fmadd } from './simd';

/** How a product begins: from the bias row, from what C holds, else from zero. */
export const BIAS: i32 = 0;
export const ACCUMULATE: i32 = 1;

/** Rows of a strip. */
export const BLOCK: i32 = 256;
/** Bytes from one strip of four columns to the next: a line more than it holds, so that strips do not share cache sets. */
export const STRIP_A: usize = 4160;
/** Bytes from one strip of eight columns to the next. */
export const STRIP_B: usize = 8256;

const ZEROS: usize = memory.data(64, 16);

/** C (4, 8) from 4 rows of A and 8 columns of panels; b is the row before the first. */
export function tile4x8(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32): void {
  const from = begin == ACCUMULATE ? c : begin == BIAS ? b : ZEROS;
  const step = begin == ACCUMULATE ? (<usize>ldc) << 2 : 0;
  let s0_0 = v128.load(from, 0);
  let s0_1 = v128.load(from, 16);
  let s1_0 = v128.load(from + 1 * step, 0);
  let s1_1 = v128.load(from + 1 * step, 16);
  let s2_0 = v128.load(from + 2 * step, 0);
  let s2_1 = v128.load(from + 2 * step, 16);
  let s3_0 = v128.load(from + 3 * step, 0);
  let s3_1 = v128.load(from + 3 * step, 16);
  let a_1 = a + ((<usize>lda) << 2);
  let a_2 = a_1 + ((<usize>lda) << 2);
  let a_3 = a_2 + ((<usize>lda) << 2);
  for (const end = a + ((<usize>K) << 2); a < end; a += 4) {
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a_1);
    const x2 = v128.load32_splat(a_2);
    const x3 = v128.load32_splat(a_3);
    let y = v128.load(b, 64);
    s0_0 = fmadd(x0, y, s0_0);
    s1_0 = fmadd(x1, y, s1_0);
    s2_0 = fmadd(x2, y, s2_0);
    s3_0 = fmadd(x3, y, s3_0);
    y = v128.load(b, 80);
    s0_1 = fmadd(x0, y, s0_1);
    s1_1 = fmadd(x1, y, s1_1);
    s2_1 = fmadd(x2, y, s2_1);
    s3_1 = fmadd(x3, y, s3_1);
    a_1 += 4;
    a_2 += 4;
    a_3 += 4;
    b += 64;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_0, 0);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_1, 16);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_0, 0);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_1, 16);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_0, 0);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_1, 16);
}

/** C (8, 8) from 8 rows of A and 8 columns of panels; b is the row before the first. */
export function tile8x8(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32): void {
  const from = begin == ACCUMULATE ? c : begin == BIAS ? b : ZEROS;
  const step = begin == ACCUMULATE ? (<usize>ldc) << 2 : 0;
  let s0_0 = v128.load(from, 0);
  let s0_1 = v128.load(from, 16);
  let s1_0 = v128.load(from + 1 * step, 0);
  let s1_1 = v128.load(from + 1 * step, 16);
  let s2_0 = v128.load(from + 2 * step, 0);
  let s2_1 = v128.load(from + 2 * step, 16);
  let s3_0 = v128.load(from + 3 * step, 0);
  let s3_1 = v128.load(from + 3 * step, 16);
  let s4_0 = v128.load(from + 4 * step, 0);
  let s4_1 = v128.load(from + 4 * step, 16);
  let s5_0 = v128.load(from + 5 * step, 0);
  let s5_1 = v128.load(from + 5 * step, 16);
  let s6_0 = v128.load(from + 6 * step, 0);
  let s6_1 = v128.load(from + 6 * step, 16);
  let s7_0 = v128.load(from + 7 * step, 0);
  let s7_1 = v128.load(from + 7 * step, 16);
  let a_1 = a + ((<usize>lda) << 2);
  let a_2 = a_1 + ((<usize>lda) << 2);
  let a_3 = a_2 + ((<usize>lda) << 2);
  let a_4 = a_3 + ((<usize>lda) << 2);
  let a_5 = a_4 + ((<usize>lda) << 2);
  let a_6 = a_5 + ((<usize>lda) << 2);
  let a_7 = a_6 + ((<usize>lda) << 2);
  for (const end = a + ((<usize>K) << 2); a < end; a += 4) {
    const y0 = v128.load(b, 64);
    const y1 = v128.load(b, 80);
    let x = v128.load32_splat(a);
    s0_0 = fmadd(x, y0, s0_0);
    s0_1 = fmadd(x, y1, s0_1);
    x = v128.load32_splat(a_1);
    s1_0 = fmadd(x, y0, s1_0);
    s1_1 = fmadd(x, y1, s1_1);
    x = v128.load32_splat(a_2);
    s2_0 = fmadd(x, y0, s2_0);
    s2_1 = fmadd(x, y1, s2_1);
    x = v128.load32_splat(a_3);
    s3_0 = fmadd(x, y0, s3_0);
    s3_1 = fmadd(x, y1, s3_1);
    x = v128.load32_splat(a_4);
    s4_0 = fmadd(x, y0, s4_0);
    s4_1 = fmadd(x, y1, s4_1);
    x = v128.load32_splat(a_5);
    s5_0 = fmadd(x, y0, s5_0);
    s5_1 = fmadd(x, y1, s5_1);
    x = v128.load32_splat(a_6);
    s6_0 = fmadd(x, y0, s6_0);
    s6_1 = fmadd(x, y1, s6_1);
    x = v128.load32_splat(a_7);
    s7_0 = fmadd(x, y0, s7_0);
    s7_1 = fmadd(x, y1, s7_1);
    a_1 += 4;
    a_2 += 4;
    a_3 += 4;
    a_4 += 4;
    a_5 += 4;
    a_6 += 4;
    a_7 += 4;
    b += 64;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_0, 0);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_1, 16);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_0, 0);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_1, 16);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_0, 0);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_1, 16);
  v128.store(c + 4 * ((<usize>ldc) << 2), s4_0, 0);
  v128.store(c + 4 * ((<usize>ldc) << 2), s4_1, 16);
  v128.store(c + 5 * ((<usize>ldc) << 2), s5_0, 0);
  v128.store(c + 5 * ((<usize>ldc) << 2), s5_1, 16);
  v128.store(c + 6 * ((<usize>ldc) << 2), s6_0, 0);
  v128.store(c + 6 * ((<usize>ldc) << 2), s6_1, 16);
  v128.store(c + 7 * ((<usize>ldc) << 2), s7_0, 0);
  v128.store(c + 7 * ((<usize>ldc) << 2), s7_1, 16);
}

/** C (2, 16) from 2 rows of A and 16 columns of panels; b is the row before the first. */
export function tile2x16(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32): void {
  const from = begin == ACCUMULATE ? c : begin == BIAS ? b : ZEROS;
  const step = begin == ACCUMULATE ? (<usize>ldc) << 2 : 0;
  let s0_0 = v128.load(from, 0);
  let s0_1 = v128.load(from, 16);
  let s0_2 = v128.load(from, 32);
  let s0_3 = v128.load(from, 48);
  let s1_0 = v128.load(from + 1 * step, 0);
  let s1_1 = v128.load(from + 1 * step, 16);
  let s1_2 = v128.load(from + 1 * step, 32);
  let s1_3 = v128.load(from + 1 * step, 48);
  let a_1 = a + ((<usize>lda) << 2);
  for (const end = a + ((<usize>K) << 2); a < end; a += 4) {
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a_1);
    let y = v128.load(b, 64);
    s0_0 = fmadd(x0, y, s0_0);
    s1_0 = fmadd(x1, y, s1_0);
    y = v128.load(b, 80);
    s0_1 = fmadd(x0, y, s0_1);
    s1_1 = fmadd(x1, y, s1_1);
    y = v128.load(b, 96);
    s0_2 = fmadd(x0, y, s0_2);
    s1_2 = fmadd(x1, y, s1_2);
    y = v128.load(b, 112);
    s0_3 = fmadd(x0, y, s0_3);
    s1_3 = fmadd(x1, y, s1_3);
    a_1 += 4;
    b += 64;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c, s0_2, 32);
  v128.store(c, s0_3, 48);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_0, 0);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_1, 16);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_2, 32);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_3, 48);
}

/** C (4, 16) from 4 rows of A and 16 columns of panels; b is the row before the first. */
export function tile4x16(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32): void {
  const from = begin == ACCUMULATE ? c : begin == BIAS ? b : ZEROS;
  const step = begin == ACCUMULATE ? (<usize>ldc) << 2 : 0;
  let s0_0 = v128.load(from, 0);
  let s0_1 = v128.load(from, 16);
  let s0_2 = v128.load(from, 32);
  let s0_3 = v128.load(from, 48);
  let s1_0 = v128.load(from + 1 * step, 0);
  let s1_1 = v128.load(from + 1 * step, 16);
  let s1_2 = v128.load(from + 1 * step, 32);
  let s1_3 = v128.load(from + 1 * step, 48);
  let s2_0 = v128.load(from + 2 * step, 0);
  let s2_1 = v128.load(from + 2 * step, 16);
  let s2_2 = v128.load(from + 2 * step, 32);
  let s2_3 = v128.load(from + 2 * step, 48);
  let s3_0 = v128.load(from + 3 * step, 0);
  let s3_1 = v128.load(from + 3 * step, 16);
  let s3_2 = v128.load(from + 3 * step, 32);
  let s3_3 = v128.load(from + 3 * step, 48);
  let a_1 = a + ((<usize>lda) << 2);
  let a_2 = a_1 + ((<usize>lda) << 2);
  let a_3 = a_2 + ((<usize>lda) << 2);
  for (const end = a + ((<usize>K) << 2); a < end; a += 4) {
    const y0 = v128.load(b, 64);
    const y1 = v128.load(b, 80);
    const y2 = v128.load(b, 96);
    const y3 = v128.load(b, 112);
    let x = v128.load32_splat(a);
    s0_0 = fmadd(x, y0, s0_0);
    s0_1 = fmadd(x, y1, s0_1);
    s0_2 = fmadd(x, y2, s0_2);
    s0_3 = fmadd(x, y3, s0_3);
    x = v128.load32_splat(a_1);
    s1_0 = fmadd(x, y0, s1_0);
    s1_1 = fmadd(x, y1, s1_1);
    s1_2 = fmadd(x, y2, s1_2);
    s1_3 = fmadd(x, y3, s1_3);
    x = v128.load32_splat(a_2);
    s2_0 = fmadd(x, y0, s2_0);
    s2_1 = fmadd(x, y1, s2_1);
    s2_2 = fmadd(x, y2, s2_2);
    s2_3 = fmadd(x, y3, s2_3);
    x = v128.load32_splat(a_3);
    s3_0 = fmadd(x, y0, s3_0);
    s3_1 = fmadd(x, y1, s3_1);
    s3_2 = fmadd(x, y2, s3_2);
    s3_3 = fmadd(x, y3, s3_3);
    a_1 += 4;
    a_2 += 4;
    a_3 += 4;
    b += 64;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c, s0_2, 32);
  v128.store(c, s0_3, 48);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_0, 0);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_1, 16);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_2, 32);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_3, 48);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_0, 0);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_1, 16);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_2, 32);
  v128.store(c + 2 * ((<usize>ldc) << 2), s2_3, 48);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_0, 0);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_1, 16);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_2, 32);
  v128.store(c + 3 * ((<usize>ldc) << 2), s3_3, 48);
}

/** C (2, 24) from 2 rows of A and 24 columns of panels; b is the row before the first. */
export function tile2x24(
  c: usize,
  c2: usize,
  a: usize,
  b: usize,
  b2: usize,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  const from = begin == ACCUMULATE ? c : begin == BIAS ? b : ZEROS;
  const from2 = begin == ACCUMULATE ? c2 : begin == BIAS ? b2 : ZEROS;
  const step = begin == ACCUMULATE ? (<usize>ldc) << 2 : 0;
  let s0_0 = v128.load(from, 0);
  let s0_1 = v128.load(from, 16);
  let s0_2 = v128.load(from, 32);
  let s0_3 = v128.load(from, 48);
  let s0_4 = v128.load(from2, 0);
  let s0_5 = v128.load(from2, 16);
  let s1_0 = v128.load(from + 1 * step, 0);
  let s1_1 = v128.load(from + 1 * step, 16);
  let s1_2 = v128.load(from + 1 * step, 32);
  let s1_3 = v128.load(from + 1 * step, 48);
  let s1_4 = v128.load(from2 + 1 * step, 0);
  let s1_5 = v128.load(from2 + 1 * step, 16);
  let a_1 = a + ((<usize>lda) << 2);
  for (const end = a + ((<usize>K) << 2); a < end; a += 4) {
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a_1);
    let y = v128.load(b, 64);
    s0_0 = fmadd(x0, y, s0_0);
    s1_0 = fmadd(x1, y, s1_0);
    y = v128.load(b, 80);
    s0_1 = fmadd(x0, y, s0_1);
    s1_1 = fmadd(x1, y, s1_1);
    y = v128.load(b, 96);
    s0_2 = fmadd(x0, y, s0_2);
    s1_2 = fmadd(x1, y, s1_2);
    y = v128.load(b, 112);
    s0_3 = fmadd(x0, y, s0_3);
    s1_3 = fmadd(x1, y, s1_3);
    y = v128.load(b2, 64);
    s0_4 = fmadd(x0, y, s0_4);
    s1_4 = fmadd(x1, y, s1_4);
    y = v128.load(b2, 80);
    s0_5 = fmadd(x0, y, s0_5);
    s1_5 = fmadd(x1, y, s1_5);
    a_1 += 4;
    b += 64;
    b2 += 64;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c, s0_2, 32);
  v128.store(c, s0_3, 48);
  v128.store(c2, s0_4, 0);
  v128.store(c2, s0_5, 16);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_0, 0);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_1, 16);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_2, 32);
  v128.store(c + 1 * ((<usize>ldc) << 2), s1_3, 48);
  v128.store(c2 + 1 * ((<usize>ldc) << 2), s1_4, 0);
  v128.store(c2 + 1 * ((<usize>ldc) << 2), s1_5, 16);
}

/** C (1, 32) from 1 rows of A and 32 columns of panels; b is the row before the first. */
export function tile1x32(
  c: usize,
  c2: usize,
  a: usize,
  b: usize,
  b2: usize,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
): void {
  const from = begin == ACCUMULATE ? c : begin == BIAS ? b : ZEROS;
  const from2 = begin == ACCUMULATE ? c2 : begin == BIAS ? b2 : ZEROS;
  const step = begin == ACCUMULATE ? (<usize>ldc) << 2 : 0;
  let s0_0 = v128.load(from, 0);
  let s0_1 = v128.load(from, 16);
  let s0_2 = v128.load(from, 32);
  let s0_3 = v128.load(from, 48);
  let s0_4 = v128.load(from2, 0);
  let s0_5 = v128.load(from2, 16);
  let s0_6 = v128.load(from2, 32);
  let s0_7 = v128.load(from2, 48);
  for (const end = a + ((<usize>K) << 2); a < end; a += 4) {
    const x0 = v128.load32_splat(a);
    let y = v128.load(b, 64);
    s0_0 = fmadd(x0, y, s0_0);
    y = v128.load(b, 80);
    s0_1 = fmadd(x0, y, s0_1);
    y = v128.load(b, 96);
    s0_2 = fmadd(x0, y, s0_2);
    y = v128.load(b, 112);
    s0_3 = fmadd(x0, y, s0_3);
    y = v128.load(b2, 64);
    s0_4 = fmadd(x0, y, s0_4);
    y = v128.load(b2, 80);
    s0_5 = fmadd(x0, y, s0_5);
    y = v128.load(b2, 96);
    s0_6 = fmadd(x0, y, s0_6);
    y = v128.load(b2, 112);
    s0_7 = fmadd(x0, y, s0_7);
    b += 64;
    b2 += 64;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c, s0_2, 32);
  v128.store(c, s0_3, 48);
  v128.store(c2, s0_4, 0);
  v128.store(c2, s0_5, 16);
  v128.store(c2, s0_6, 32);
  v128.store(c2, s0_7, 48);
}

/** C (4, 8) += the product of strips over K rows. */
export function stripTile4x8(c: usize, a: usize, b: usize, K: i32, ldc: i32): void {
  const c_1 = c + ((<usize>ldc) << 2);
  const c_2 = c_1 + ((<usize>ldc) << 2);
  const c_3 = c_2 + ((<usize>ldc) << 2);
  let s0_0 = v128.load(c, 0);
  let s0_1 = v128.load(c, 16);
  let s1_0 = v128.load(c_1, 0);
  let s1_1 = v128.load(c_1, 16);
  let s2_0 = v128.load(c_2, 0);
  let s2_1 = v128.load(c_2, 16);
  let s3_0 = v128.load(c_3, 0);
  let s3_1 = v128.load(c_3, 16);
  for (const end = a + ((<usize>K) << 4); a < end; a += 16) {
    const x0 = v128.load32_splat(a, 0 * STRIP_A + 0);
    const x1 = v128.load32_splat(a, 0 * STRIP_A + 4);
    const x2 = v128.load32_splat(a, 0 * STRIP_A + 8);
    const x3 = v128.load32_splat(a, 0 * STRIP_A + 12);
    let y = v128.load(b, 0 * STRIP_B + 0);
    s0_0 = fmadd(x0, y, s0_0);
    s1_0 = fmadd(x1, y, s1_0);
    s2_0 = fmadd(x2, y, s2_0);
    s3_0 = fmadd(x3, y, s3_0);
    y = v128.load(b, 0 * STRIP_B + 16);
    s0_1 = fmadd(x0, y, s0_1);
    s1_1 = fmadd(x1, y, s1_1);
    s2_1 = fmadd(x2, y, s2_1);
    s3_1 = fmadd(x3, y, s3_1);
    b += 32;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c_1, s1_0, 0);
  v128.store(c_1, s1_1, 16);
  v128.store(c_2, s2_0, 0);
  v128.store(c_2, s2_1, 16);
  v128.store(c_3, s3_0, 0);
  v128.store(c_3, s3_1, 16);
}

/** C (8, 8) += the product of strips over K rows. */
export function stripTile8x8(c: usize, a: usize, b: usize, K: i32, ldc: i32): void {
  const c_1 = c + ((<usize>ldc) << 2);
  const c_2 = c_1 + ((<usize>ldc) << 2);
  const c_3 = c_2 + ((<usize>ldc) << 2);
  const c_4 = c_3 + ((<usize>ldc) << 2);
  const c_5 = c_4 + ((<usize>ldc) << 2);
  const c_6 = c_5 + ((<usize>ldc) << 2);
  const c_7 = c_6 + ((<usize>ldc) << 2);
  let s0_0 = v128.load(c, 0);
  let s0_1 = v128.load(c, 16);
  let s1_0 = v128.load(c_1, 0);
  let s1_1 = v128.load(c_1, 16);
  let s2_0 = v128.load(c_2, 0);
  let s2_1 = v128.load(c_2, 16);
  let s3_0 = v128.load(c_3, 0);
  let s3_1 = v128.load(c_3, 16);
  let s4_0 = v128.load(c_4, 0);
  let s4_1 = v128.load(c_4, 16);
  let s5_0 = v128.load(c_5, 0);
  let s5_1 = v128.load(c_5, 16);
  let s6_0 = v128.load(c_6, 0);
  let s6_1 = v128.load(c_6, 16);
  let s7_0 = v128.load(c_7, 0);
  let s7_1 = v128.load(c_7, 16);
  for (const end = a + ((<usize>K) << 4); a < end; a += 16) {
    const y0 = v128.load(b, 0 * STRIP_B + 0);
    const y1 = v128.load(b, 0 * STRIP_B + 16);
    let x = v128.load32_splat(a, 0 * STRIP_A + 0);
    s0_0 = fmadd(x, y0, s0_0);
    s0_1 = fmadd(x, y1, s0_1);
    x = v128.load32_splat(a, 0 * STRIP_A + 4);
    s1_0 = fmadd(x, y0, s1_0);
    s1_1 = fmadd(x, y1, s1_1);
    x = v128.load32_splat(a, 0 * STRIP_A + 8);
    s2_0 = fmadd(x, y0, s2_0);
    s2_1 = fmadd(x, y1, s2_1);
    x = v128.load32_splat(a, 0 * STRIP_A + 12);
    s3_0 = fmadd(x, y0, s3_0);
    s3_1 = fmadd(x, y1, s3_1);
    x = v128.load32_splat(a, 1 * STRIP_A + 0);
    s4_0 = fmadd(x, y0, s4_0);
    s4_1 = fmadd(x, y1, s4_1);
    x = v128.load32_splat(a, 1 * STRIP_A + 4);
    s5_0 = fmadd(x, y0, s5_0);
    s5_1 = fmadd(x, y1, s5_1);
    x = v128.load32_splat(a, 1 * STRIP_A + 8);
    s6_0 = fmadd(x, y0, s6_0);
    s6_1 = fmadd(x, y1, s6_1);
    x = v128.load32_splat(a, 1 * STRIP_A + 12);
    s7_0 = fmadd(x, y0, s7_0);
    s7_1 = fmadd(x, y1, s7_1);
    b += 32;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c_1, s1_0, 0);
  v128.store(c_1, s1_1, 16);
  v128.store(c_2, s2_0, 0);
  v128.store(c_2, s2_1, 16);
  v128.store(c_3, s3_0, 0);
  v128.store(c_3, s3_1, 16);
  v128.store(c_4, s4_0, 0);
  v128.store(c_4, s4_1, 16);
  v128.store(c_5, s5_0, 0);
  v128.store(c_5, s5_1, 16);
  v128.store(c_6, s6_0, 0);
  v128.store(c_6, s6_1, 16);
  v128.store(c_7, s7_0, 0);
  v128.store(c_7, s7_1, 16);
}

/** C (4, 16) += the product of strips over K rows. */
export function stripTile4x16(c: usize, a: usize, b: usize, K: i32, ldc: i32): void {
  const c_1 = c + ((<usize>ldc) << 2);
  const c_2 = c_1 + ((<usize>ldc) << 2);
  const c_3 = c_2 + ((<usize>ldc) << 2);
  let s0_0 = v128.load(c, 0);
  let s0_1 = v128.load(c, 16);
  let s0_2 = v128.load(c, 32);
  let s0_3 = v128.load(c, 48);
  let s1_0 = v128.load(c_1, 0);
  let s1_1 = v128.load(c_1, 16);
  let s1_2 = v128.load(c_1, 32);
  let s1_3 = v128.load(c_1, 48);
  let s2_0 = v128.load(c_2, 0);
  let s2_1 = v128.load(c_2, 16);
  let s2_2 = v128.load(c_2, 32);
  let s2_3 = v128.load(c_2, 48);
  let s3_0 = v128.load(c_3, 0);
  let s3_1 = v128.load(c_3, 16);
  let s3_2 = v128.load(c_3, 32);
  let s3_3 = v128.load(c_3, 48);
  for (const end = a + ((<usize>K) << 4); a < end; a += 16) {
    const y0 = v128.load(b, 0 * STRIP_B + 0);
    const y1 = v128.load(b, 0 * STRIP_B + 16);
    const y2 = v128.load(b, 1 * STRIP_B + 0);
    const y3 = v128.load(b, 1 * STRIP_B + 16);
    let x = v128.load32_splat(a, 0 * STRIP_A + 0);
    s0_0 = fmadd(x, y0, s0_0);
    s0_1 = fmadd(x, y1, s0_1);
    s0_2 = fmadd(x, y2, s0_2);
    s0_3 = fmadd(x, y3, s0_3);
    x = v128.load32_splat(a, 0 * STRIP_A + 4);
    s1_0 = fmadd(x, y0, s1_0);
    s1_1 = fmadd(x, y1, s1_1);
    s1_2 = fmadd(x, y2, s1_2);
    s1_3 = fmadd(x, y3, s1_3);
    x = v128.load32_splat(a, 0 * STRIP_A + 8);
    s2_0 = fmadd(x, y0, s2_0);
    s2_1 = fmadd(x, y1, s2_1);
    s2_2 = fmadd(x, y2, s2_2);
    s2_3 = fmadd(x, y3, s2_3);
    x = v128.load32_splat(a, 0 * STRIP_A + 12);
    s3_0 = fmadd(x, y0, s3_0);
    s3_1 = fmadd(x, y1, s3_1);
    s3_2 = fmadd(x, y2, s3_2);
    s3_3 = fmadd(x, y3, s3_3);
    b += 32;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c, s0_2, 32);
  v128.store(c, s0_3, 48);
  v128.store(c_1, s1_0, 0);
  v128.store(c_1, s1_1, 16);
  v128.store(c_1, s1_2, 32);
  v128.store(c_1, s1_3, 48);
  v128.store(c_2, s2_0, 0);
  v128.store(c_2, s2_1, 16);
  v128.store(c_2, s2_2, 32);
  v128.store(c_2, s2_3, 48);
  v128.store(c_3, s3_0, 0);
  v128.store(c_3, s3_1, 16);
  v128.store(c_3, s3_2, 32);
  v128.store(c_3, s3_3, 48);
}

/** C (2, 24) += the product of strips over K rows. */
export function stripTile2x24(c: usize, a: usize, b: usize, K: i32, ldc: i32): void {
  const c_1 = c + ((<usize>ldc) << 2);
  let s0_0 = v128.load(c, 0);
  let s0_1 = v128.load(c, 16);
  let s0_2 = v128.load(c, 32);
  let s0_3 = v128.load(c, 48);
  let s0_4 = v128.load(c, 64);
  let s0_5 = v128.load(c, 80);
  let s1_0 = v128.load(c_1, 0);
  let s1_1 = v128.load(c_1, 16);
  let s1_2 = v128.load(c_1, 32);
  let s1_3 = v128.load(c_1, 48);
  let s1_4 = v128.load(c_1, 64);
  let s1_5 = v128.load(c_1, 80);
  for (const end = a + ((<usize>K) << 4); a < end; a += 16) {
    const x0 = v128.load32_splat(a, 0 * STRIP_A + 0);
    const x1 = v128.load32_splat(a, 0 * STRIP_A + 4);
    let y = v128.load(b, 0 * STRIP_B + 0);
    s0_0 = fmadd(x0, y, s0_0);
    s1_0 = fmadd(x1, y, s1_0);
    y = v128.load(b, 0 * STRIP_B + 16);
    s0_1 = fmadd(x0, y, s0_1);
    s1_1 = fmadd(x1, y, s1_1);
    y = v128.load(b, 1 * STRIP_B + 0);
    s0_2 = fmadd(x0, y, s0_2);
    s1_2 = fmadd(x1, y, s1_2);
    y = v128.load(b, 1 * STRIP_B + 16);
    s0_3 = fmadd(x0, y, s0_3);
    s1_3 = fmadd(x1, y, s1_3);
    y = v128.load(b, 2 * STRIP_B + 0);
    s0_4 = fmadd(x0, y, s0_4);
    s1_4 = fmadd(x1, y, s1_4);
    y = v128.load(b, 2 * STRIP_B + 16);
    s0_5 = fmadd(x0, y, s0_5);
    s1_5 = fmadd(x1, y, s1_5);
    b += 32;
  }
  v128.store(c, s0_0, 0);
  v128.store(c, s0_1, 16);
  v128.store(c, s0_2, 32);
  v128.store(c, s0_3, 48);
  v128.store(c, s0_4, 64);
  v128.store(c, s0_5, 80);
  v128.store(c_1, s1_0, 0);
  v128.store(c_1, s1_1, 16);
  v128.store(c_1, s1_2, 32);
  v128.store(c_1, s1_3, 48);
  v128.store(c_1, s1_4, 64);
  v128.store(c_1, s1_5, 80);
}
