/** Softmax and cross-entropy in one pass over the logits. Contracts: src/kernels/cross-entropy.ts. */

import { constant, EXP, exp4, logarithm } from './math';
import { at, flush, fmadd, fnmadd, loadLanes, storeLanes, sum4 } from './simd';

/** Where a probability becomes 0: far below what a sum of gradients can hold. */
const TINY: f32 = 1e-30;

export function crossEntropyForward(
  losses: usize,
  logSums: usize,
  logits: usize,
  targets: usize,
  n: i32,
  V: i32,
  ignored: i32,
): void {
  for (let row = 0; row < n; row++) {
    const offset = <usize>row << 2;
    const target = load<i32>(targets + offset);
    if (target == ignored) {
      store<f32>(losses + offset, 0);
      store<f32>(logSums + offset, 0);
    } else {
      const logSum = logSumExp(logits, V);
      store<f32>(logSums + offset, logSum);
      store<f32>(losses + offset, logSum - load<f32>(logits + (<usize>target << 2)));
    }
    logits += <usize>V << 2;
  }
}

/** log sum exp(x) = max + log sum exp(x - max). */
export function logSumExp(x: usize, n: i32): f32 {
  const top = largest(x, n);
  const shift = f32x4.splat(top);
  let sum = exponentials(0, x, n, shift, f32x4.splat(0), 0, true);
  let j = n & ~15;
  for (; j + 4 <= n; j += 4) sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(x + (<usize>j << 2)), shift)));
  let total: f32 = sum4(sum);
  for (; j < n; j++) {
    total += f32x4.extract_lane(exp4(f32x4.splat(load<f32>(x + (<usize>j << 2)) - top)), 0);
  }
  return top + <f32>logarithm(total);
}

/** The largest of n; a NaN may be passed over, and shows in the sum. */
function largest(x: usize, n: i32): f32 {
  let a = f32x4.splat(load<f32>(x));
  let b = a;
  let c = a;
  let d = a;
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    const p = x + (<usize>j << 2);
    a = f32x4.pmax(a, v128.load(p));
    b = f32x4.pmax(b, v128.load(p, 16));
    c = f32x4.pmax(c, v128.load(p, 32));
    d = f32x4.pmax(d, v128.load(p, 48));
  }
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  a = f32x4.pmax(a, i32x4.shuffle(a, a, 2, 3, 0, 1));
  a = f32x4.pmax(a, i32x4.shuffle(a, a, 1, 0, 3, 2));
  let top = f32x4.extract_lane(a, 0);
  for (; j < n; j++) {
    const value = load<f32>(x + (<usize>j << 2));
    if (value > top) top = value;
  }
  return top;
}

export function crossEntropyBackward(
  dLogits: usize,
  logits: usize,
  logSums: usize,
  targets: usize,
  n: i32,
  V: i32,
  ignored: i32,
  scale: f32,
  accumulate: i32,
): void {
  const bytes = <usize>V << 2;
  for (let row = 0; row < n; row++) {
    const target = load<i32>(targets + (<usize>row << 2));
    if (target == ignored) {
      if (accumulate == 0) memory.fill(dLogits, 0, bytes);
    } else {
      softmaxRow(dLogits, logits, V, load<f32>(logSums + (<usize>row << 2)), scale, accumulate);
      const hit = dLogits + (<usize>target << 2);
      store<f32>(hit, load<f32>(hit) - scale);
    }
    dLogits += bytes;
    logits += bytes;
  }
}

/** d := scale exp(x - logSum) of a row of V, or d + that. */
export function softmaxRow(d: usize, x: usize, V: i32, logSum: f32, scale: f32, accumulate: i32): void {
  const shift = f32x4.splat(logSum);
  exponentials(d, x, V, shift, f32x4.splat(scale), accumulate, false);
  let j = V & ~15;
  for (; j + 4 <= V; j += 4) softmax(d + (<usize>j << 2), x + (<usize>j << 2), shift, scale, accumulate, 4);
  if (j < V) softmax(d + (<usize>j << 2), x + (<usize>j << 2), shift, scale, accumulate, V - j);
}

// @ts-ignore: decorator
@inline
function softmax(d: usize, x: usize, shift: v128, scale: f32, accumulate: i32, lanes: i32): void {
  let p = f32x4.mul(exp4(f32x4.sub(loadLanes(x, lanes), shift)), f32x4.splat(scale));
  p = flush(p, f32x4.splat(TINY));
  if (accumulate != 0) p = f32x4.add(p, loadLanes(d, lanes));
  storeLanes(d, p, lanes);
}

/**
 * exp(x - shift) of a row, 16 at a time: a constant is loaded once for four vectors, which is worth the few that V8 then
 * keeps on the stack (0.66 of the time of one at a time on Node 20, 0.88 on Node 26). The same operations in the same order as exp4,
 * so the same bits. For `sums` it returns the sum, of each lane in order, else d := scale exp(x - shift), or d + that.
 */
// @ts-ignore: decorator
@inline
function exponentials(d: usize, x: usize, n: i32, shift: v128, scale: v128, accumulate: i32, sums: bool): v128 {
  let sum = f32x4.splat(0);
  for (const end = at(x, n & ~15); x < end; x += 64) {
    let a = constant(EXP, 10);
    let v0 = f32x4.pmin(f32x4.sub(v128.load(x, 16 * 0), shift), a);
    let v1 = f32x4.pmin(f32x4.sub(v128.load(x, 16 * 1), shift), a);
    let v2 = f32x4.pmin(f32x4.sub(v128.load(x, 16 * 2), shift), a);
    let v3 = f32x4.pmin(f32x4.sub(v128.load(x, 16 * 3), shift), a);
    a = f32x4.neg(a);
    v0 = f32x4.pmax(v0, a);
    v1 = f32x4.pmax(v1, a);
    v2 = f32x4.pmax(v2, a);
    v3 = f32x4.pmax(v3, a);
    a = constant(EXP, 0);
    let b = constant(EXP, 1);
    const biased0 = fmadd(v0, a, b);
    const biased1 = fmadd(v1, a, b);
    const biased2 = fmadd(v2, a, b);
    const biased3 = fmadd(v3, a, b);
    const n0 = f32x4.sub(biased0, b);
    const n1 = f32x4.sub(biased1, b);
    const n2 = f32x4.sub(biased2, b);
    const n3 = f32x4.sub(biased3, b);
    a = constant(EXP, 2);
    v0 = fnmadd(n0, a, v0);
    v1 = fnmadd(n1, a, v1);
    v2 = fnmadd(n2, a, v2);
    v3 = fnmadd(n3, a, v3);
    a = constant(EXP, 3);
    v0 = fnmadd(n0, a, v0);
    v1 = fnmadd(n1, a, v1);
    v2 = fnmadd(n2, a, v2);
    v3 = fnmadd(n3, a, v3);
    a = constant(EXP, 4);
    b = constant(EXP, 5);
    let p0 = fmadd(a, v0, b);
    let p1 = fmadd(a, v1, b);
    let p2 = fmadd(a, v2, b);
    let p3 = fmadd(a, v3, b);
    a = constant(EXP, 6);
    p0 = fmadd(p0, v0, a);
    p1 = fmadd(p1, v1, a);
    p2 = fmadd(p2, v2, a);
    p3 = fmadd(p3, v3, a);
    a = constant(EXP, 7);
    p0 = fmadd(p0, v0, a);
    p1 = fmadd(p1, v1, a);
    p2 = fmadd(p2, v2, a);
    p3 = fmadd(p3, v3, a);
    a = constant(EXP, 8);
    p0 = fmadd(p0, v0, a);
    p1 = fmadd(p1, v1, a);
    p2 = fmadd(p2, v2, a);
    p3 = fmadd(p3, v3, a);
    a = constant(EXP, 9);
    p0 = fmadd(p0, v0, a);
    p1 = fmadd(p1, v1, a);
    p2 = fmadd(p2, v2, a);
    p3 = fmadd(p3, v3, a);
    a = f32x4.splat(1);
    p0 = f32x4.add(fmadd(p0, f32x4.mul(v0, v0), v0), a);
    p1 = f32x4.add(fmadd(p1, f32x4.mul(v1, v1), v1), a);
    p2 = f32x4.add(fmadd(p2, f32x4.mul(v2, v2), v2), a);
    p3 = f32x4.add(fmadd(p3, f32x4.mul(v3, v3), v3), a);
    p0 = v128.or(i32x4.add(p0, i32x4.shl(biased0, 23)), f32x4.ne(p0, p0));
    p1 = v128.or(i32x4.add(p1, i32x4.shl(biased1, 23)), f32x4.ne(p1, p1));
    p2 = v128.or(i32x4.add(p2, i32x4.shl(biased2, 23)), f32x4.ne(p2, p2));
    p3 = v128.or(i32x4.add(p3, i32x4.shl(biased3, 23)), f32x4.ne(p3, p3));
    if (sums) {
      sum = f32x4.add(sum, p0);
      sum = f32x4.add(sum, p1);
      sum = f32x4.add(sum, p2);
      sum = f32x4.add(sum, p3);
    } else {
      const tiny = f32x4.splat(TINY);
      p0 = flush(f32x4.mul(p0, scale), tiny);
      p1 = flush(f32x4.mul(p1, scale), tiny);
      p2 = flush(f32x4.mul(p2, scale), tiny);
      p3 = flush(f32x4.mul(p3, scale), tiny);
      if (accumulate != 0) {
        p0 = f32x4.add(p0, v128.load(d, 16 * 0));
        p1 = f32x4.add(p1, v128.load(d, 16 * 1));
        p2 = f32x4.add(p2, v128.load(d, 16 * 2));
        p3 = f32x4.add(p3, v128.load(d, 16 * 3));
      }
      v128.store(d, p0, 16 * 0);
      v128.store(d, p1, 16 * 1);
      v128.store(d, p2, 16 * 2);
      v128.store(d, p3, 16 * 3);
      d += 64;
    }
  }
  return sum;
}
