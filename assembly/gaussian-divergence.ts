/** The divergence of diagonal Gaussians in one pass. Contracts: src/kernels/gaussian-divergence.ts. */

import { exponential } from './math';
import { at, loadPart, lower, storePart, sum2, upper } from './simd';

export function gaussianDivergenceForward(
  mean: usize,
  logVariance: usize,
  priorMean: usize,
  priorLogVariance: usize,
  mask: usize,
  n: i32,
): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    // Where nothing counts everything is 0, and so is the divergence: exp4(0) is 1 exactly.
    const m = counted(mean, mask, i, lanes);
    const l = counted(logVariance, mask, i, lanes);
    const pm = counted(priorMean, mask, i, lanes);
    const pl = counted(priorLogVariance, mask, i, lanes);
    const w = exponential(f32x4.sub(l, pl));
    const u = exponential(f32x4.neg(pl));
    low = f64x2.add(low, doubled(lower(m), lower(l), lower(pm), lower(pl), lower(w), lower(u)));
    high = f64x2.add(high, doubled(upper(m), upper(l), upper(pm), upper(pl), upper(w), upper(u)));
  }
  return 0.5 * sum2(f64x2.add(low, high));
}

/** w + d^2 u - 1 - l + l' of two lanes. */
// @ts-ignore: decorator
@inline
function doubled(m: v128, l: v128, pm: v128, pl: v128, w: v128, u: v128): v128 {
  const d = f64x2.sub(m, pm);
  const sum = f64x2.add(w, f64x2.mul(f64x2.mul(d, d), u));
  return f64x2.sub(f64x2.sub(sum, f64x2.splat(1)), f64x2.sub(l, pl));
}

export function gaussianDivergenceBackward(
  dMean: usize,
  dLogVariance: usize,
  dPriorMean: usize,
  dPriorLogVariance: usize,
  mean: usize,
  logVariance: usize,
  priorMean: usize,
  priorLogVariance: usize,
  mask: usize,
  n: i32,
  scale: f32,
): void {
  const s = f32x4.splat(scale);
  const half = f32x4.splat(0.5 * scale);
  const one = f32x4.splat(1);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const pl = counted(priorLogVariance, mask, i, lanes);
    const d = f32x4.sub(counted(mean, mask, i, lanes), counted(priorMean, mask, i, lanes));
    const slope = f32x4.mul(d, exponential(f32x4.neg(pl)));
    const excess = f32x4.sub(exponential(f32x4.sub(counted(logVariance, mask, i, lanes), pl)), one);
    add(dMean, i, f32x4.mul(s, slope), lanes);
    add(dLogVariance, i, f32x4.mul(half, excess), lanes);
    add(dPriorMean, i, f32x4.neg(f32x4.mul(s, slope)), lanes);
    add(dPriorLogVariance, i, f32x4.neg(f32x4.mul(half, f32x4.add(excess, f32x4.mul(d, slope)))), lanes);
  }
}

/** The lanes at i, with 0 for those that do not count; 0 for an argument that is not there. */
// @ts-ignore: decorator
@noinline
function counted(x: usize, mask: usize, i: i32, lanes: i32): v128 {
  if (x == 0) return i32x4.splat(0);
  const values = loadPart(at(x, i), lanes);
  return mask == 0 ? values : v128.and(values, loadPart(at(mask, i), lanes));
}

// @ts-ignore: decorator
@noinline
function add(to: usize, i: i32, x: v128, lanes: i32): void {
  if (to != 0) storePart(at(to, i), f32x4.add(loadPart(at(to, i), lanes), x), lanes);
}
