/** Mean squared error in one pass. Contracts: src/kernels/mean-squared-error.ts. */

import { flush, loadLanes, storeLanes } from './simd';

export function meanSquaredErrorForward(predictions: usize, targets: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2;
    const lanes = min(4, n - i);
    const y = loadLanes(predictions + o, lanes);
    const t = loadLanes(targets + o, lanes);
    const a = f64x2.sub(f64x2.promote_low_f32x4(y), f64x2.promote_low_f32x4(t));
    const b = f64x2.sub(upper(y), upper(t));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)) / <f64>n;
}

/** The upper two lanes in 64 bits. */
// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1));
}

export function meanSquaredErrorBackward(
  dPredictions: usize,
  predictions: usize,
  targets: usize,
  n: i32,
  scale: f32,
  accumulate: i32,
): void {
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2;
    const lanes = min(4, n - i);
    const difference = f32x4.sub(loadLanes(predictions + o, lanes), loadLanes(targets + o, lanes));
    let d = flush(f32x4.mul(difference, f32x4.splat(scale)), f32x4.splat(1e-30));
    if (accumulate != 0) d = f32x4.add(d, loadLanes(dPredictions + o, lanes));
    storeLanes(dPredictions + o, d, lanes);
  }
}
