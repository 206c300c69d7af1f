/** Softmax by row. Contracts: src/kernels/softmax.ts. */

import { exp4, exponential, logarithm } from './math';
import { at, flush, loadLanes, storeLanes, sum4 } from './simd';

/** Where a probability becomes 0: far below what a sum can hold. */
const TINY: f32 = 1e-30;

/** 0, 1, 2, 3: the number of each lane. */
const LANES: usize = memory.data<i32>([0, 1, 2, 3]);

export function softmaxForward(
  y: usize,
  x: usize,
  mask: usize,
  rows: i32,
  width: i32,
  maskRows: i32,
  maskEach: i32,
  first: i32,
  log: i32,
): void {
  for (let row = first; row < first + rows; row++) {
    const m: usize = mask == 0 ? mask : at(mask, ((row / maskEach) % maskRows) * width);
    const top = largest(x, m, width);
    const total = exponentials(log != 0 ? 0 : y, x, m, width, top);
    if (log != 0) subtract(y, x, m, width, top + <f32>logarithm(total));
    else divide(y, width, total);
    y = at(y, width);
    x = at(x, width);
  }
}

/** Which lanes count: those within the row that the mask, if there is one, allows. */
// @ts-ignore: decorator
@inline
function allowed(mask: usize, j: i32, lanes: i32): v128 {
  let inside = i32x4.splat(-1);
  if (lanes != 4) inside = i32x4.lt_s(v128.load(LANES), i32x4.splat(lanes));
  if (mask == 0) return inside;
  return v128.and(inside, i32x4.ne(loadLanes(at(mask, j), lanes), i32x4.splat(0)));
}

/** The largest that counts; a NaN may be passed over, and shows in the sum. */
function largest(x: usize, mask: usize, n: i32): f32 {
  let top = f32x4.splat(-Infinity);
  let j = 0;
  for (; j + 4 <= n; j += 4) top = larger(top, x, mask, j, 4);
  if (j < n) top = larger(top, x, mask, j, n - j);
  top = f32x4.pmax(top, i32x4.shuffle(top, top, 2, 3, 0, 1));
  top = f32x4.pmax(top, i32x4.shuffle(top, top, 1, 0, 3, 2));
  return f32x4.extract_lane(top, 0);
}

// @ts-ignore: decorator
@inline
function larger(top: v128, x: usize, mask: usize, j: i32, lanes: i32): v128 {
  const v = v128.bitselect(loadLanes(at(x, j), lanes), f32x4.splat(-Infinity), allowed(mask, j, lanes));
  return f32x4.pmax(top, v);
}

/** y := exp(x - top), 0 where masked, if there is a y. @returns the sum */
function exponentials(y: usize, x: usize, mask: usize, n: i32, top: f32): f32 {
  const shift = f32x4.splat(top);
  let sum = f32x4.splat(0);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const v = v128.and(exp4(f32x4.sub(v128.load(at(x, j)), shift)), allowed(mask, j, 4));
    sum = f32x4.add(sum, v);
    if (y != 0) v128.store(at(y, j), v);
  }
  if (j < n) {
    const v = v128.and(exponential(f32x4.sub(loadLanes(at(x, j), n - j), shift)), allowed(mask, j, n - j));
    sum = f32x4.add(sum, v);
    if (y != 0) storeLanes(at(y, j), v, n - j);
  }
  return sum4(sum);
}

/** y := x - shift, -Infinity where masked. */
function subtract(y: usize, x: usize, mask: usize, n: i32, shift: f32): void {
  const s = f32x4.splat(shift);
  const none = f32x4.splat(-Infinity);
  for (let j = 0; j < n; j += 4) {
    const lanes = min(4, n - j);
    const v = f32x4.sub(loadLanes(at(x, j), lanes), s);
    storeLanes(at(y, j), v128.bitselect(v, none, allowed(mask, j, lanes)), lanes);
  }
}

/** y := y / sum, which is 0 only where all of y is. */
function divide(y: usize, n: i32, sum: f32): void {
  const factor = f32x4.splat(sum == 0 ? 0 : <f32>1 / sum);
  const tiny = f32x4.splat(TINY);
  let j = 0;
  for (; j + 4 <= n; j += 4) v128.store(at(y, j), flush(f32x4.mul(v128.load(at(y, j)), factor), tiny));
  if (j < n) storeLanes(at(y, j), flush(f32x4.mul(loadLanes(at(y, j), n - j), factor), tiny), n - j);
}

export function softmaxBackward(
  dx: usize,
  dy: usize,
  y: usize,
  rows: i32,
  width: i32,
  log: i32,
  accumulate: i32,
): void {
  const nothing = f32x4.splat(log != 0 ? -Infinity : 0);
  const whole = width & ~3;
  const rest = width & 3;
  for (let row = 0; row < rows; row++) {
    let sums = f32x4.splat(0);
    for (let j = 0; j < whole; j += 4) sums = f32x4.add(sums, term(at(dy, j), at(y, j), nothing, log, 4));
    if (rest != 0) sums = f32x4.add(sums, term(at(dy, whole), at(y, whole), nothing, log, rest));
    const sum = f32x4.splat(sum4(sums));
    for (let j = 0; j < whole; j += 4) back(at(dx, j), at(dy, j), at(y, j), nothing, sum, log, accumulate, 4);
    if (rest != 0) back(at(dx, whole), at(dy, whole), at(y, whole), nothing, sum, log, accumulate, rest);
    dx = at(dx, width);
    dy = at(dy, width);
    y = at(y, width);
  }
}

/** y dy, or dy, where y is something. Lanes beyond the end have no dy. */
// @ts-ignore: decorator
@inline
function term(dy: usize, y: usize, nothing: v128, log: i32, lanes: i32): v128 {
  const v = loadLanes(y, lanes);
  let d = loadLanes(dy, lanes);
  if (log == 0) d = f32x4.mul(v, d);
  return v128.and(d, f32x4.ne(v, nothing));
}

// @ts-ignore: decorator
@inline
function back(dx: usize, dy: usize, y: usize, nothing: v128, sum: v128, log: i32, accumulate: i32, lanes: i32): void {
  const v = loadLanes(y, lanes);
  let d = loadLanes(dy, lanes);
  if (log == 0) d = f32x4.mul(v, f32x4.sub(d, sum));
  else d = f32x4.sub(d, f32x4.mul(lanes == 4 ? exp4(v) : exponential(v), sum));
  d = flush(v128.and(d, f32x4.ne(v, nothing)), f32x4.splat(TINY));
  if (accumulate != 0) d = f32x4.add(d, loadLanes(dx, lanes));
  storeLanes(dx, d, lanes);
}
