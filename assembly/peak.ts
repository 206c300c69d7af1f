/**
 * The loops that measure the machine, written by scripts/make-tiles.mjs: change that, not this. Contract:
 * src/kernels/peak.ts. Neighbours are loaded and stored in order, so that an engine which joins pairs can join these.
 */

import { fmadd } from './simd';

/** Twelve vectors in registers: enough to keep two pipes with a latency of four or five cycles full. */
export function multiplyAddChains(x: usize, n: i32): void {
  const a0 = v128.load(x, 192);
  const b0 = v128.load(x, 208);
  let s0 = v128.load(x);
  let s1 = v128.load(x, 16);
  let s2 = v128.load(x, 32);
  let s3 = v128.load(x, 48);
  let s4 = v128.load(x, 64);
  let s5 = v128.load(x, 80);
  let s6 = v128.load(x, 96);
  let s7 = v128.load(x, 112);
  let s8 = v128.load(x, 128);
  let s9 = v128.load(x, 144);
  let s10 = v128.load(x, 160);
  let s11 = v128.load(x, 176);
  for (let i = 0; i < n; i++) {
    s0 = fmadd(a0, s0, b0);
    s1 = fmadd(a0, s1, b0);
    s2 = fmadd(a0, s2, b0);
    s3 = fmadd(a0, s3, b0);
    s4 = fmadd(a0, s4, b0);
    s5 = fmadd(a0, s5, b0);
    s6 = fmadd(a0, s6, b0);
    s7 = fmadd(a0, s7, b0);
    s8 = fmadd(a0, s8, b0);
    s9 = fmadd(a0, s9, b0);
    s10 = fmadd(a0, s10, b0);
    s11 = fmadd(a0, s11, b0);
  }
  v128.store(x, s0);
  v128.store(x, s1, 16);
  v128.store(x, s2, 32);
  v128.store(x, s3, 48);
  v128.store(x, s4, 64);
  v128.store(x, s5, 80);
  v128.store(x, s6, 96);
  v128.store(x, s7, 112);
  v128.store(x, s8, 128);
  v128.store(x, s9, 144);
  v128.store(x, s10, 160);
  v128.store(x, s11, 176);
}

/** Twelve pairs, for an engine that joins them. */
export function multiplyAddPairs(x: usize, n: i32): void {
  const a0 = v128.load(x, 384);
  const a1 = v128.load(x, 400);
  const b0 = v128.load(x, 416);
  const b1 = v128.load(x, 432);
  let s0 = v128.load(x);
  let s1 = v128.load(x, 16);
  let s2 = v128.load(x, 32);
  let s3 = v128.load(x, 48);
  let s4 = v128.load(x, 64);
  let s5 = v128.load(x, 80);
  let s6 = v128.load(x, 96);
  let s7 = v128.load(x, 112);
  let s8 = v128.load(x, 128);
  let s9 = v128.load(x, 144);
  let s10 = v128.load(x, 160);
  let s11 = v128.load(x, 176);
  let s12 = v128.load(x, 192);
  let s13 = v128.load(x, 208);
  let s14 = v128.load(x, 224);
  let s15 = v128.load(x, 240);
  let s16 = v128.load(x, 256);
  let s17 = v128.load(x, 272);
  let s18 = v128.load(x, 288);
  let s19 = v128.load(x, 304);
  let s20 = v128.load(x, 320);
  let s21 = v128.load(x, 336);
  let s22 = v128.load(x, 352);
  let s23 = v128.load(x, 368);
  for (let i = 0; i < n; i++) {
    s0 = fmadd(a0, s0, b0);
    s1 = fmadd(a1, s1, b1);
    s2 = fmadd(a0, s2, b0);
    s3 = fmadd(a1, s3, b1);
    s4 = fmadd(a0, s4, b0);
    s5 = fmadd(a1, s5, b1);
    s6 = fmadd(a0, s6, b0);
    s7 = fmadd(a1, s7, b1);
    s8 = fmadd(a0, s8, b0);
    s9 = fmadd(a1, s9, b1);
    s10 = fmadd(a0, s10, b0);
    s11 = fmadd(a1, s11, b1);
    s12 = fmadd(a0, s12, b0);
    s13 = fmadd(a1, s13, b1);
    s14 = fmadd(a0, s14, b0);
    s15 = fmadd(a1, s15, b1);
    s16 = fmadd(a0, s16, b0);
    s17 = fmadd(a1, s17, b1);
    s18 = fmadd(a0, s18, b0);
    s19 = fmadd(a1, s19, b1);
    s20 = fmadd(a0, s20, b0);
    s21 = fmadd(a1, s21, b1);
    s22 = fmadd(a0, s22, b0);
    s23 = fmadd(a1, s23, b1);
  }
  v128.store(x, s0);
  v128.store(x, s1, 16);
  v128.store(x, s2, 32);
  v128.store(x, s3, 48);
  v128.store(x, s4, 64);
  v128.store(x, s5, 80);
  v128.store(x, s6, 96);
  v128.store(x, s7, 112);
  v128.store(x, s8, 128);
  v128.store(x, s9, 144);
  v128.store(x, s10, 160);
  v128.store(x, s11, 176);
  v128.store(x, s12, 192);
  v128.store(x, s13, 208);
  v128.store(x, s14, 224);
  v128.store(x, s15, 240);
  v128.store(x, s16, 256);
  v128.store(x, s17, 272);
  v128.store(x, s18, 288);
  v128.store(x, s19, 304);
  v128.store(x, s20, 320);
  v128.store(x, s21, 336);
  v128.store(x, s22, 352);
  v128.store(x, s23, 368);
}
