/** Softmax and cross-entropy in one pass over the logits. Contracts: src/kernels/cross-entropy.ts. */

import { exp4, logarithm } from './math';
import { flush, loadLanes, storeLanes, sum4 } from './simd';

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
function logSumExp(x: usize, n: i32): f32 {
  const top = largest(x, n);
  const shift = f32x4.splat(top);
  let sum = f32x4.splat(0);
  let j = 0;
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
      const shift = f32x4.splat(load<f32>(logSums + (<usize>row << 2)));
      let j = 0;
      for (; j + 4 <= V; j += 4) {
        softmax(dLogits + (<usize>j << 2), logits + (<usize>j << 2), shift, scale, accumulate, 4);
      }
      if (j < V) softmax(dLogits + (<usize>j << 2), logits + (<usize>j << 2), shift, scale, accumulate, V - j);
      const hit = dLogits + (<usize>target << 2);
      store<f32>(hit, load<f32>(hit) - scale);
    }
    dLogits += bytes;
    logits += bytes;
  }
}

// @ts-ignore: decorator
@inline
function softmax(d: usize, x: usize, shift: v128, scale: f32, accumulate: i32, lanes: i32): void {
  let p = f32x4.mul(exp4(f32x4.sub(loadLanes(x, lanes), shift)), f32x4.splat(scale));
  p = flush(p, f32x4.splat(1e-30));
  if (accumulate != 0) p = f32x4.add(p, loadLanes(d, lanes));
  storeLanes(d, p, lanes);
}
