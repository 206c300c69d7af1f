/** One pass over flat vectors. Contracts: src/kernels/vector.ts. */

import { fmadd, loadLanes, loadRest, lower, storeLanes, storeRest, sum2, upper } from './simd';

export function axpy(y: usize, x: usize, n: i32, alpha: f32): void {
  const a = f32x4.splat(alpha);
  const whole = x + (<usize>(n & ~3) << 2);
  for (; x < whole; x += 16) {
    v128.store(y, fmadd(a, v128.load(x), v128.load(y)));
    y += 16;
  }
  n &= 3;
  if (n > 0) storeRest(y, fmadd(a, loadRest(x, n), loadRest(y, n)), n);
}

export function scale(x: usize, n: i32, alpha: f32): void {
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    storeLanes(x + o, f32x4.mul(loadLanes(x + o, lanes), f32x4.splat(alpha)), lanes);
  }
}

// A call, for the cells that limit their gates: they seldom do.
// @ts-ignore: decorator
@noinline
export function clampValues(x: usize, n: i32, limit: f32): void {
  const top = f32x4.splat(limit);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    storeLanes(x + o, f32x4.pmax(f32x4.pmin(loadLanes(x + o, lanes), top), f32x4.neg(top)), lanes);
  }
}

/** The sum of n, four lanes in 64 bits. */
// @ts-ignore: decorator
@noinline
export function sumOf(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const v = loadLanes(x + (<usize>i << 2), min(4, n - i));
    low = f64x2.add(low, lower(v));
    high = f64x2.add(high, upper(v));
  }
  return sum2(f64x2.add(low, high));
}

export function sumSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const v = loadLanes(x + (<usize>i << 2), min(4, n - i));
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 0, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
