/** Losses that are a sum over elements, in one pass. Contracts: src/kernels/pointwise-loss.ts. */

import { exponential, logarithm } from './math';
import { at, clamp, flush, loadPart, lower, storePart, sum2, upper } from './simd';

const SQUARED = 0;
const ABSOLUTE = 1;
const HUBER = 2;
const LOGISTIC = 3;

export function pointwiseLossForward(
  predictions: usize,
  targets: usize,
  mask: usize,
  n: i32,
  kind: i32,
  delta: f64,
): f64 {
  if (kind == LOGISTIC) return logisticSum(predictions, targets, mask, n);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const counted = loadMask(mask, i, lanes);
    const y = v128.and(loadPart(at(predictions, i), lanes), counted);
    const t = v128.and(loadPart(at(targets, i), lanes), counted);
    // A difference of 0, as of elements that do not count, costs nothing by any of these losses.
    low = f64x2.add(low, lossOf(kind, f64x2.sub(lower(y), lower(t)), delta));
    high = f64x2.add(high, lossOf(kind, f64x2.sub(upper(y), upper(t)), delta));
  }
  return sum2(f64x2.add(low, high));
}

/** The loss of two differences. */
// @ts-ignore: decorator
@inline
function lossOf(kind: i32, d: v128, delta: f64): v128 {
  if (kind == SQUARED) return f64x2.mul(d, d);
  const size = f64x2.abs(d);
  if (kind == ABSOLUTE) return size;
  const m = f64x2.pmin(size, f64x2.splat(delta));
  return f64x2.mul(m, f64x2.sub(size, f64x2.mul(m, f64x2.splat(0.5))));
}

/** The sum of (1 - t) max(y, 0) + t max(-y, 0) + log(1 + e^-|y|), one logarithm for four elements. */
function logisticSum(predictions: usize, targets: usize, mask: usize, n: i32): f64 {
  let sum = f64x2.splat(0);
  let logs: f64 = 0;
  const zero = f32x4.splat(0);
  const one = f64x2.splat(1);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const counted = loadMask(mask, i, lanes);
    const y = v128.and(loadPart(at(predictions, i), lanes), counted);
    const t = v128.and(loadPart(at(targets, i), lanes), counted);
    const above = f32x4.pmax(y, zero);
    const below = f32x4.pmax(f32x4.neg(y), zero);
    sum = f64x2.add(sum, between(lower(t), lower(below), lower(above)));
    sum = f64x2.add(sum, between(upper(t), upper(below), upper(above)));
    // 0 where nothing is or counts, so that the factor is 1.
    const e = v128.and(exponential(f32x4.neg(f32x4.abs(y))), v128.and(counted, firstLanes(lanes)));
    const product = f64x2.mul(f64x2.add(one, lower(e)), f64x2.add(one, upper(e)));
    logs += logarithm(f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1));
  }
  return sum2(sum) + logs;
}

/** (1 - t) b + t a of two lanes. */
// @ts-ignore: decorator
@inline
function between(t: v128, a: v128, b: v128): v128 {
  return f64x2.add(f64x2.mul(f64x2.sub(f64x2.splat(1), t), b), f64x2.mul(t, a));
}

export function pointwiseLossBackward(
  dPredictions: usize,
  predictions: usize,
  targets: usize,
  mask: usize,
  n: i32,
  kind: i32,
  delta: f32,
  scale: f32,
  accumulate: i32,
): void {
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const slope = slopeOf(kind, loadPart(at(predictions, i), lanes), loadPart(at(targets, i), lanes), delta);
    let d = flush(f32x4.mul(slope, f32x4.splat(scale)), f32x4.splat(1e-30));
    d = v128.and(d, loadMask(mask, i, lanes));
    if (accumulate != 0) d = f32x4.add(d, loadPart(at(dPredictions, i), lanes));
    storePart(at(dPredictions, i), d, lanes);
  }
}

// @ts-ignore: decorator
@inline
function slopeOf(kind: i32, y: v128, t: v128, delta: f32): v128 {
  if (kind == LOGISTIC) return logisticSlope(y, t);
  const d = f32x4.sub(y, t);
  if (kind == SQUARED) return f32x4.add(d, d);
  if (kind == HUBER) return clamp(d, f32x4.splat(delta));
  const sign = v128.or(v128.and(d, f32x4.splat(-0.0)), f32x4.splat(1));
  return v128.or(v128.and(sign, f32x4.ne(d, f32x4.splat(0))), f32x4.ne(d, d));
}

/** ((1 - t) a - t b) / (a + b), of which the larger is 1 and the other e^-|y|. */
// @ts-ignore: decorator
@inline
function logisticSlope(y: v128, t: v128): v128 {
  const one = f32x4.splat(1);
  const e = exponential(f32x4.neg(f32x4.abs(y)));
  const negative = f32x4.lt(y, f32x4.splat(0));
  const a = v128.bitselect(e, one, negative);
  const b = v128.bitselect(one, e, negative);
  const difference = f32x4.sub(f32x4.mul(f32x4.sub(one, t), a), f32x4.mul(t, b));
  return f32x4.div(difference, f32x4.add(one, e));
}

/** All ones in the lanes that count. */
// @ts-ignore: decorator
@inline
function loadMask(mask: usize, i: i32, lanes: i32): v128 {
  return mask == 0 ? i32x4.splat(-1) : loadPart(at(mask, i), lanes);
}

/** All ones in the first n lanes, n = 1..4. */
// @ts-ignore: decorator
@inline
function firstLanes(n: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n));
}
