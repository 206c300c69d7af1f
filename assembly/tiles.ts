/**
 * Inner loops of the products, written by scripts/make-tiles.mjs: change that, not this. A tile MRxNR holds MR rows by NR
 * columns of C in registers. Every element is one chain of K multiply-adds in order, so all tiles give the same bits.
 */

import { fmadd, loadLanes, storeLanes } from './simd';

/** How a product begins: from the bias row, from what C holds, else from zero. */
export const BIAS: i32 = 0;
export const ACCUMULATE: i32 = 1;

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
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const x0 = v128.load32_splat(a, 0);
      const x1 = v128.load32_splat(a_1, 0);
      const x2 = v128.load32_splat(a_2, 0);
      const x3 = v128.load32_splat(a_3, 0);
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
    }
    if (a == end1) break;
    {
      const x0 = v128.load32_splat(a, 4);
      const x1 = v128.load32_splat(a_1, 4);
      const x2 = v128.load32_splat(a_2, 4);
      const x3 = v128.load32_splat(a_3, 4);
      let y = v128.load(b, 128);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      s2_0 = fmadd(x2, y, s2_0);
      s3_0 = fmadd(x3, y, s3_0);
      y = v128.load(b, 144);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      s2_1 = fmadd(x2, y, s2_1);
      s3_1 = fmadd(x3, y, s3_1);
    }
    if (a == end2) break;
    {
      const x0 = v128.load32_splat(a, 8);
      const x1 = v128.load32_splat(a_1, 8);
      const x2 = v128.load32_splat(a_2, 8);
      const x3 = v128.load32_splat(a_3, 8);
      let y = v128.load(b, 192);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      s2_0 = fmadd(x2, y, s2_0);
      s3_0 = fmadd(x3, y, s3_0);
      y = v128.load(b, 208);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      s2_1 = fmadd(x2, y, s2_1);
      s3_1 = fmadd(x3, y, s3_1);
    }
    if (a == end3) break;
    {
      const x0 = v128.load32_splat(a, 12);
      const x1 = v128.load32_splat(a_1, 12);
      const x2 = v128.load32_splat(a_2, 12);
      const x3 = v128.load32_splat(a_3, 12);
      let y = v128.load(b, 256);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      s2_0 = fmadd(x2, y, s2_0);
      s3_0 = fmadd(x3, y, s3_0);
      y = v128.load(b, 272);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      s2_1 = fmadd(x2, y, s2_1);
      s3_1 = fmadd(x3, y, s3_1);
    }
    a += 16;
    a_1 += 16;
    a_2 += 16;
    a_3 += 16;
    b += 256;
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
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const y0 = v128.load(b, 64);
      const y1 = v128.load(b, 80);
      let x = v128.load32_splat(a, 0);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      x = v128.load32_splat(a_1, 0);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      x = v128.load32_splat(a_2, 0);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      x = v128.load32_splat(a_3, 0);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      x = v128.load32_splat(a_4, 0);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      x = v128.load32_splat(a_5, 0);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      x = v128.load32_splat(a_6, 0);
      s6_0 = fmadd(x, y0, s6_0);
      s6_1 = fmadd(x, y1, s6_1);
      x = v128.load32_splat(a_7, 0);
      s7_0 = fmadd(x, y0, s7_0);
      s7_1 = fmadd(x, y1, s7_1);
    }
    if (a == end1) break;
    {
      const y0 = v128.load(b, 128);
      const y1 = v128.load(b, 144);
      let x = v128.load32_splat(a, 4);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      x = v128.load32_splat(a_1, 4);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      x = v128.load32_splat(a_2, 4);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      x = v128.load32_splat(a_3, 4);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      x = v128.load32_splat(a_4, 4);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      x = v128.load32_splat(a_5, 4);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      x = v128.load32_splat(a_6, 4);
      s6_0 = fmadd(x, y0, s6_0);
      s6_1 = fmadd(x, y1, s6_1);
      x = v128.load32_splat(a_7, 4);
      s7_0 = fmadd(x, y0, s7_0);
      s7_1 = fmadd(x, y1, s7_1);
    }
    if (a == end2) break;
    {
      const y0 = v128.load(b, 192);
      const y1 = v128.load(b, 208);
      let x = v128.load32_splat(a, 8);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      x = v128.load32_splat(a_1, 8);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      x = v128.load32_splat(a_2, 8);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      x = v128.load32_splat(a_3, 8);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      x = v128.load32_splat(a_4, 8);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      x = v128.load32_splat(a_5, 8);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      x = v128.load32_splat(a_6, 8);
      s6_0 = fmadd(x, y0, s6_0);
      s6_1 = fmadd(x, y1, s6_1);
      x = v128.load32_splat(a_7, 8);
      s7_0 = fmadd(x, y0, s7_0);
      s7_1 = fmadd(x, y1, s7_1);
    }
    if (a == end3) break;
    {
      const y0 = v128.load(b, 256);
      const y1 = v128.load(b, 272);
      let x = v128.load32_splat(a, 12);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      x = v128.load32_splat(a_1, 12);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      x = v128.load32_splat(a_2, 12);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      x = v128.load32_splat(a_3, 12);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      x = v128.load32_splat(a_4, 12);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      x = v128.load32_splat(a_5, 12);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      x = v128.load32_splat(a_6, 12);
      s6_0 = fmadd(x, y0, s6_0);
      s6_1 = fmadd(x, y1, s6_1);
      x = v128.load32_splat(a_7, 12);
      s7_0 = fmadd(x, y0, s7_0);
      s7_1 = fmadd(x, y1, s7_1);
    }
    a += 16;
    a_1 += 16;
    a_2 += 16;
    a_3 += 16;
    a_4 += 16;
    a_5 += 16;
    a_6 += 16;
    a_7 += 16;
    b += 256;
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
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const x0 = v128.load32_splat(a, 0);
      const x1 = v128.load32_splat(a_1, 0);
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
    }
    if (a == end1) break;
    {
      const x0 = v128.load32_splat(a, 4);
      const x1 = v128.load32_splat(a_1, 4);
      let y = v128.load(b, 128);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      y = v128.load(b, 144);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      y = v128.load(b, 160);
      s0_2 = fmadd(x0, y, s0_2);
      s1_2 = fmadd(x1, y, s1_2);
      y = v128.load(b, 176);
      s0_3 = fmadd(x0, y, s0_3);
      s1_3 = fmadd(x1, y, s1_3);
    }
    if (a == end2) break;
    {
      const x0 = v128.load32_splat(a, 8);
      const x1 = v128.load32_splat(a_1, 8);
      let y = v128.load(b, 192);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      y = v128.load(b, 208);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      y = v128.load(b, 224);
      s0_2 = fmadd(x0, y, s0_2);
      s1_2 = fmadd(x1, y, s1_2);
      y = v128.load(b, 240);
      s0_3 = fmadd(x0, y, s0_3);
      s1_3 = fmadd(x1, y, s1_3);
    }
    if (a == end3) break;
    {
      const x0 = v128.load32_splat(a, 12);
      const x1 = v128.load32_splat(a_1, 12);
      let y = v128.load(b, 256);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      y = v128.load(b, 272);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      y = v128.load(b, 288);
      s0_2 = fmadd(x0, y, s0_2);
      s1_2 = fmadd(x1, y, s1_2);
      y = v128.load(b, 304);
      s0_3 = fmadd(x0, y, s0_3);
      s1_3 = fmadd(x1, y, s1_3);
    }
    a += 16;
    a_1 += 16;
    b += 256;
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
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const y0 = v128.load(b, 64);
      const y1 = v128.load(b, 80);
      const y2 = v128.load(b, 96);
      const y3 = v128.load(b, 112);
      let x = v128.load32_splat(a, 0);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 0);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 0);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 0);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
    }
    if (a == end1) break;
    {
      const y0 = v128.load(b, 128);
      const y1 = v128.load(b, 144);
      const y2 = v128.load(b, 160);
      const y3 = v128.load(b, 176);
      let x = v128.load32_splat(a, 4);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 4);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 4);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 4);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
    }
    if (a == end2) break;
    {
      const y0 = v128.load(b, 192);
      const y1 = v128.load(b, 208);
      const y2 = v128.load(b, 224);
      const y3 = v128.load(b, 240);
      let x = v128.load32_splat(a, 8);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 8);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 8);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 8);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
    }
    if (a == end3) break;
    {
      const y0 = v128.load(b, 256);
      const y1 = v128.load(b, 272);
      const y2 = v128.load(b, 288);
      const y3 = v128.load(b, 304);
      let x = v128.load32_splat(a, 12);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 12);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 12);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 12);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
    }
    a += 16;
    a_1 += 16;
    a_2 += 16;
    a_3 += 16;
    b += 256;
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

/** C (6, 16) from 6 rows of A and 16 columns of panels; b is the row before the first. */
export function tile6x16(c: usize, a: usize, b: usize, K: i32, lda: i32, ldc: i32, begin: i32): void {
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
  let s4_0 = v128.load(from + 4 * step, 0);
  let s4_1 = v128.load(from + 4 * step, 16);
  let s4_2 = v128.load(from + 4 * step, 32);
  let s4_3 = v128.load(from + 4 * step, 48);
  let s5_0 = v128.load(from + 5 * step, 0);
  let s5_1 = v128.load(from + 5 * step, 16);
  let s5_2 = v128.load(from + 5 * step, 32);
  let s5_3 = v128.load(from + 5 * step, 48);
  let a_1 = a + ((<usize>lda) << 2);
  let a_2 = a_1 + ((<usize>lda) << 2);
  let a_3 = a_2 + ((<usize>lda) << 2);
  let a_4 = a_3 + ((<usize>lda) << 2);
  let a_5 = a_4 + ((<usize>lda) << 2);
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const y0 = v128.load(b, 64);
      const y1 = v128.load(b, 80);
      const y2 = v128.load(b, 96);
      const y3 = v128.load(b, 112);
      let x = v128.load32_splat(a, 0);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 0);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 0);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 0);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
      x = v128.load32_splat(a_4, 0);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      s4_2 = fmadd(x, y2, s4_2);
      s4_3 = fmadd(x, y3, s4_3);
      x = v128.load32_splat(a_5, 0);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      s5_2 = fmadd(x, y2, s5_2);
      s5_3 = fmadd(x, y3, s5_3);
    }
    if (a == end1) break;
    {
      const y0 = v128.load(b, 128);
      const y1 = v128.load(b, 144);
      const y2 = v128.load(b, 160);
      const y3 = v128.load(b, 176);
      let x = v128.load32_splat(a, 4);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 4);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 4);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 4);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
      x = v128.load32_splat(a_4, 4);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      s4_2 = fmadd(x, y2, s4_2);
      s4_3 = fmadd(x, y3, s4_3);
      x = v128.load32_splat(a_5, 4);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      s5_2 = fmadd(x, y2, s5_2);
      s5_3 = fmadd(x, y3, s5_3);
    }
    if (a == end2) break;
    {
      const y0 = v128.load(b, 192);
      const y1 = v128.load(b, 208);
      const y2 = v128.load(b, 224);
      const y3 = v128.load(b, 240);
      let x = v128.load32_splat(a, 8);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 8);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 8);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 8);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
      x = v128.load32_splat(a_4, 8);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      s4_2 = fmadd(x, y2, s4_2);
      s4_3 = fmadd(x, y3, s4_3);
      x = v128.load32_splat(a_5, 8);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      s5_2 = fmadd(x, y2, s5_2);
      s5_3 = fmadd(x, y3, s5_3);
    }
    if (a == end3) break;
    {
      const y0 = v128.load(b, 256);
      const y1 = v128.load(b, 272);
      const y2 = v128.load(b, 288);
      const y3 = v128.load(b, 304);
      let x = v128.load32_splat(a, 12);
      s0_0 = fmadd(x, y0, s0_0);
      s0_1 = fmadd(x, y1, s0_1);
      s0_2 = fmadd(x, y2, s0_2);
      s0_3 = fmadd(x, y3, s0_3);
      x = v128.load32_splat(a_1, 12);
      s1_0 = fmadd(x, y0, s1_0);
      s1_1 = fmadd(x, y1, s1_1);
      s1_2 = fmadd(x, y2, s1_2);
      s1_3 = fmadd(x, y3, s1_3);
      x = v128.load32_splat(a_2, 12);
      s2_0 = fmadd(x, y0, s2_0);
      s2_1 = fmadd(x, y1, s2_1);
      s2_2 = fmadd(x, y2, s2_2);
      s2_3 = fmadd(x, y3, s2_3);
      x = v128.load32_splat(a_3, 12);
      s3_0 = fmadd(x, y0, s3_0);
      s3_1 = fmadd(x, y1, s3_1);
      s3_2 = fmadd(x, y2, s3_2);
      s3_3 = fmadd(x, y3, s3_3);
      x = v128.load32_splat(a_4, 12);
      s4_0 = fmadd(x, y0, s4_0);
      s4_1 = fmadd(x, y1, s4_1);
      s4_2 = fmadd(x, y2, s4_2);
      s4_3 = fmadd(x, y3, s4_3);
      x = v128.load32_splat(a_5, 12);
      s5_0 = fmadd(x, y0, s5_0);
      s5_1 = fmadd(x, y1, s5_1);
      s5_2 = fmadd(x, y2, s5_2);
      s5_3 = fmadd(x, y3, s5_3);
    }
    a += 16;
    a_1 += 16;
    a_2 += 16;
    a_3 += 16;
    a_4 += 16;
    a_5 += 16;
    b += 256;
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
  v128.store(c + 4 * ((<usize>ldc) << 2), s4_0, 0);
  v128.store(c + 4 * ((<usize>ldc) << 2), s4_1, 16);
  v128.store(c + 4 * ((<usize>ldc) << 2), s4_2, 32);
  v128.store(c + 4 * ((<usize>ldc) << 2), s4_3, 48);
  v128.store(c + 5 * ((<usize>ldc) << 2), s5_0, 0);
  v128.store(c + 5 * ((<usize>ldc) << 2), s5_1, 16);
  v128.store(c + 5 * ((<usize>ldc) << 2), s5_2, 32);
  v128.store(c + 5 * ((<usize>ldc) << 2), s5_3, 48);
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
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const x0 = v128.load32_splat(a, 0);
      const x1 = v128.load32_splat(a_1, 0);
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
    }
    if (a == end1) break;
    {
      const x0 = v128.load32_splat(a, 4);
      const x1 = v128.load32_splat(a_1, 4);
      let y = v128.load(b, 128);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      y = v128.load(b, 144);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      y = v128.load(b, 160);
      s0_2 = fmadd(x0, y, s0_2);
      s1_2 = fmadd(x1, y, s1_2);
      y = v128.load(b, 176);
      s0_3 = fmadd(x0, y, s0_3);
      s1_3 = fmadd(x1, y, s1_3);
      y = v128.load(b2, 128);
      s0_4 = fmadd(x0, y, s0_4);
      s1_4 = fmadd(x1, y, s1_4);
      y = v128.load(b2, 144);
      s0_5 = fmadd(x0, y, s0_5);
      s1_5 = fmadd(x1, y, s1_5);
    }
    if (a == end2) break;
    {
      const x0 = v128.load32_splat(a, 8);
      const x1 = v128.load32_splat(a_1, 8);
      let y = v128.load(b, 192);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      y = v128.load(b, 208);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      y = v128.load(b, 224);
      s0_2 = fmadd(x0, y, s0_2);
      s1_2 = fmadd(x1, y, s1_2);
      y = v128.load(b, 240);
      s0_3 = fmadd(x0, y, s0_3);
      s1_3 = fmadd(x1, y, s1_3);
      y = v128.load(b2, 192);
      s0_4 = fmadd(x0, y, s0_4);
      s1_4 = fmadd(x1, y, s1_4);
      y = v128.load(b2, 208);
      s0_5 = fmadd(x0, y, s0_5);
      s1_5 = fmadd(x1, y, s1_5);
    }
    if (a == end3) break;
    {
      const x0 = v128.load32_splat(a, 12);
      const x1 = v128.load32_splat(a_1, 12);
      let y = v128.load(b, 256);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      y = v128.load(b, 272);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      y = v128.load(b, 288);
      s0_2 = fmadd(x0, y, s0_2);
      s1_2 = fmadd(x1, y, s1_2);
      y = v128.load(b, 304);
      s0_3 = fmadd(x0, y, s0_3);
      s1_3 = fmadd(x1, y, s1_3);
      y = v128.load(b2, 256);
      s0_4 = fmadd(x0, y, s0_4);
      s1_4 = fmadd(x1, y, s1_4);
      y = v128.load(b2, 272);
      s0_5 = fmadd(x0, y, s0_5);
      s1_5 = fmadd(x1, y, s1_5);
    }
    a += 16;
    a_1 += 16;
    b += 256;
    b2 += 256;
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

/** C (1, 32) from a row of A and 32 columns of panels; b is the row before the first. */
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
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const x0 = v128.load32_splat(a, 0);
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
    }
    if (a == end1) break;
    {
      const x0 = v128.load32_splat(a, 4);
      let y = v128.load(b, 128);
      s0_0 = fmadd(x0, y, s0_0);
      y = v128.load(b, 144);
      s0_1 = fmadd(x0, y, s0_1);
      y = v128.load(b, 160);
      s0_2 = fmadd(x0, y, s0_2);
      y = v128.load(b, 176);
      s0_3 = fmadd(x0, y, s0_3);
      y = v128.load(b2, 128);
      s0_4 = fmadd(x0, y, s0_4);
      y = v128.load(b2, 144);
      s0_5 = fmadd(x0, y, s0_5);
      y = v128.load(b2, 160);
      s0_6 = fmadd(x0, y, s0_6);
      y = v128.load(b2, 176);
      s0_7 = fmadd(x0, y, s0_7);
    }
    if (a == end2) break;
    {
      const x0 = v128.load32_splat(a, 8);
      let y = v128.load(b, 192);
      s0_0 = fmadd(x0, y, s0_0);
      y = v128.load(b, 208);
      s0_1 = fmadd(x0, y, s0_1);
      y = v128.load(b, 224);
      s0_2 = fmadd(x0, y, s0_2);
      y = v128.load(b, 240);
      s0_3 = fmadd(x0, y, s0_3);
      y = v128.load(b2, 192);
      s0_4 = fmadd(x0, y, s0_4);
      y = v128.load(b2, 208);
      s0_5 = fmadd(x0, y, s0_5);
      y = v128.load(b2, 224);
      s0_6 = fmadd(x0, y, s0_6);
      y = v128.load(b2, 240);
      s0_7 = fmadd(x0, y, s0_7);
    }
    if (a == end3) break;
    {
      const x0 = v128.load32_splat(a, 12);
      let y = v128.load(b, 256);
      s0_0 = fmadd(x0, y, s0_0);
      y = v128.load(b, 272);
      s0_1 = fmadd(x0, y, s0_1);
      y = v128.load(b, 288);
      s0_2 = fmadd(x0, y, s0_2);
      y = v128.load(b, 304);
      s0_3 = fmadd(x0, y, s0_3);
      y = v128.load(b2, 256);
      s0_4 = fmadd(x0, y, s0_4);
      y = v128.load(b2, 272);
      s0_5 = fmadd(x0, y, s0_5);
      y = v128.load(b2, 288);
      s0_6 = fmadd(x0, y, s0_6);
      y = v128.load(b2, 304);
      s0_7 = fmadd(x0, y, s0_7);
    }
    a += 16;
    b += 256;
    b2 += 256;
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

/** C (4, columns) of 8 from 4 rows of A and 8 columns of panels; b is the row before the first. */
export function maskedTile4x8(
  c: usize,
  a: usize,
  b: usize,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
  columns: i32,
): void {
  let s0_0 = begin == BIAS ? v128.load(b, 0) : f32x4.splat(0);
  let s1_0 = s0_0;
  let s2_0 = s0_0;
  let s3_0 = s0_0;
  let s0_1 = begin == BIAS ? v128.load(b, 16) : f32x4.splat(0);
  let s1_1 = s0_1;
  let s2_1 = s0_1;
  let s3_1 = s0_1;
  if (begin == ACCUMULATE) {
    s0_0 = loadLanes(c, min(4, columns));
    s1_0 = loadLanes(c + 1 * ((<usize>ldc) << 2), min(4, columns));
    s2_0 = loadLanes(c + 2 * ((<usize>ldc) << 2), min(4, columns));
    s3_0 = loadLanes(c + 3 * ((<usize>ldc) << 2), min(4, columns));
    if (columns > 4) {
      s0_1 = loadLanes(c + 16, columns - 4);
      s1_1 = loadLanes(c + 1 * ((<usize>ldc) << 2) + 16, columns - 4);
      s2_1 = loadLanes(c + 2 * ((<usize>ldc) << 2) + 16, columns - 4);
      s3_1 = loadLanes(c + 3 * ((<usize>ldc) << 2) + 16, columns - 4);
    }
  }
  let a_1 = a + ((<usize>lda) << 2);
  let a_2 = a_1 + ((<usize>lda) << 2);
  let a_3 = a_2 + ((<usize>lda) << 2);
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const x0 = v128.load32_splat(a, 0);
      const x1 = v128.load32_splat(a_1, 0);
      const x2 = v128.load32_splat(a_2, 0);
      const x3 = v128.load32_splat(a_3, 0);
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
    }
    if (a == end1) break;
    {
      const x0 = v128.load32_splat(a, 4);
      const x1 = v128.load32_splat(a_1, 4);
      const x2 = v128.load32_splat(a_2, 4);
      const x3 = v128.load32_splat(a_3, 4);
      let y = v128.load(b, 128);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      s2_0 = fmadd(x2, y, s2_0);
      s3_0 = fmadd(x3, y, s3_0);
      y = v128.load(b, 144);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      s2_1 = fmadd(x2, y, s2_1);
      s3_1 = fmadd(x3, y, s3_1);
    }
    if (a == end2) break;
    {
      const x0 = v128.load32_splat(a, 8);
      const x1 = v128.load32_splat(a_1, 8);
      const x2 = v128.load32_splat(a_2, 8);
      const x3 = v128.load32_splat(a_3, 8);
      let y = v128.load(b, 192);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      s2_0 = fmadd(x2, y, s2_0);
      s3_0 = fmadd(x3, y, s3_0);
      y = v128.load(b, 208);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      s2_1 = fmadd(x2, y, s2_1);
      s3_1 = fmadd(x3, y, s3_1);
    }
    if (a == end3) break;
    {
      const x0 = v128.load32_splat(a, 12);
      const x1 = v128.load32_splat(a_1, 12);
      const x2 = v128.load32_splat(a_2, 12);
      const x3 = v128.load32_splat(a_3, 12);
      let y = v128.load(b, 256);
      s0_0 = fmadd(x0, y, s0_0);
      s1_0 = fmadd(x1, y, s1_0);
      s2_0 = fmadd(x2, y, s2_0);
      s3_0 = fmadd(x3, y, s3_0);
      y = v128.load(b, 272);
      s0_1 = fmadd(x0, y, s0_1);
      s1_1 = fmadd(x1, y, s1_1);
      s2_1 = fmadd(x2, y, s2_1);
      s3_1 = fmadd(x3, y, s3_1);
    }
    a += 16;
    a_1 += 16;
    a_2 += 16;
    a_3 += 16;
    b += 256;
  }
  storeLanes(c, s0_0, min(4, columns));
  storeLanes(c + 1 * ((<usize>ldc) << 2), s1_0, min(4, columns));
  storeLanes(c + 2 * ((<usize>ldc) << 2), s2_0, min(4, columns));
  storeLanes(c + 3 * ((<usize>ldc) << 2), s3_0, min(4, columns));
  if (columns > 4) {
    storeLanes(c + 16, s0_1, columns - 4);
    storeLanes(c + 1 * ((<usize>ldc) << 2) + 16, s1_1, columns - 4);
    storeLanes(c + 2 * ((<usize>ldc) << 2) + 16, s2_1, columns - 4);
    storeLanes(c + 3 * ((<usize>ldc) << 2) + 16, s3_1, columns - 4);
  }
}

/** C (1, columns) of 16 from a row of A and 16 columns of panels; b is the row before the first. */
export function maskedTile1x16(
  c: usize,
  a: usize,
  b: usize,
  K: i32,
  lda: i32,
  ldc: i32,
  begin: i32,
  columns: i32,
): void {
  let s0_0 = begin == BIAS ? v128.load(b, 0) : f32x4.splat(0);
  let s0_1 = begin == BIAS ? v128.load(b, 16) : f32x4.splat(0);
  let s0_2 = begin == BIAS ? v128.load(b, 32) : f32x4.splat(0);
  let s0_3 = begin == BIAS ? v128.load(b, 48) : f32x4.splat(0);
  if (begin == ACCUMULATE) {
    s0_0 = loadLanes(c, min(4, columns));
    if (columns > 4) {
      s0_1 = loadLanes(c + 16, min(4, columns - 4));
    }
    if (columns > 8) {
      s0_2 = loadLanes(c + 32, min(4, columns - 8));
    }
    if (columns > 12) {
      s0_3 = loadLanes(c + 48, columns - 12);
    }
  }
  const end = a + ((<usize>K) << 2);
  const end1 = end - 4;
  const end2 = end - 8;
  const end3 = end - 12;
  while (a < end) {
    {
      const x0 = v128.load32_splat(a, 0);
      let y = v128.load(b, 64);
      s0_0 = fmadd(x0, y, s0_0);
      y = v128.load(b, 80);
      s0_1 = fmadd(x0, y, s0_1);
      y = v128.load(b, 96);
      s0_2 = fmadd(x0, y, s0_2);
      y = v128.load(b, 112);
      s0_3 = fmadd(x0, y, s0_3);
    }
    if (a == end1) break;
    {
      const x0 = v128.load32_splat(a, 4);
      let y = v128.load(b, 128);
      s0_0 = fmadd(x0, y, s0_0);
      y = v128.load(b, 144);
      s0_1 = fmadd(x0, y, s0_1);
      y = v128.load(b, 160);
      s0_2 = fmadd(x0, y, s0_2);
      y = v128.load(b, 176);
      s0_3 = fmadd(x0, y, s0_3);
    }
    if (a == end2) break;
    {
      const x0 = v128.load32_splat(a, 8);
      let y = v128.load(b, 192);
      s0_0 = fmadd(x0, y, s0_0);
      y = v128.load(b, 208);
      s0_1 = fmadd(x0, y, s0_1);
      y = v128.load(b, 224);
      s0_2 = fmadd(x0, y, s0_2);
      y = v128.load(b, 240);
      s0_3 = fmadd(x0, y, s0_3);
    }
    if (a == end3) break;
    {
      const x0 = v128.load32_splat(a, 12);
      let y = v128.load(b, 256);
      s0_0 = fmadd(x0, y, s0_0);
      y = v128.load(b, 272);
      s0_1 = fmadd(x0, y, s0_1);
      y = v128.load(b, 288);
      s0_2 = fmadd(x0, y, s0_2);
      y = v128.load(b, 304);
      s0_3 = fmadd(x0, y, s0_3);
    }
    a += 16;
    b += 256;
  }
  storeLanes(c, s0_0, min(4, columns));
  if (columns > 4) {
    storeLanes(c + 16, s0_1, min(4, columns - 4));
  }
  if (columns > 8) {
    storeLanes(c + 32, s0_2, min(4, columns - 8));
  }
  if (columns > 12) {
    storeLanes(c + 48, s0_3, columns - 12);
  }
}
