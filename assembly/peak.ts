/** The loop that measures the machine. Contract: src/kernels/peak.ts. */

import { fmadd } from './simd';

/**
 * Twelve chains in registers: enough to keep two pipes with a latency of four or five cycles full. Neighbours are
 * loaded and stored in order, so that an engine which joins pairs of vectors can join these.
 */
export function multiplyAddChains(x: usize, n: i32): void {
  const a = v128.load(x, 192);
  const b = v128.load(x, 208);
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
    s0 = fmadd(a, s0, b);
    s1 = fmadd(a, s1, b);
    s2 = fmadd(a, s2, b);
    s3 = fmadd(a, s3, b);
    s4 = fmadd(a, s4, b);
    s5 = fmadd(a, s5, b);
    s6 = fmadd(a, s6, b);
    s7 = fmadd(a, s7, b);
    s8 = fmadd(a, s8, b);
    s9 = fmadd(a, s9, b);
    s10 = fmadd(a, s10, b);
    s11 = fmadd(a, s11, b);
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
