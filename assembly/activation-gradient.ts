/**
 * The gradients of activations, of which rnnBackward and activationBackward are special cases. Equations:
 * src/kernels/activation.ts.
 */

import { density4, exponential, normal4 } from './math';
import { flush, fmadd, loadPart, storePart } from './simd';

export const KIND_TANH: i32 = 0;
export const KIND_RELU: i32 = 1;
export const KIND_SIGMOID: i32 = 2;
export const KIND_LEAKY_RELU: i32 = 3;
export const KIND_IDENTITY: i32 = 4;
export const KIND_SILU: i32 = 5;
export const KIND_GELU: i32 = 6;

/** Where a product becomes 0: far below what a sum can hold. */
export const TINY: f32 = 1e-30;

/** dx := d phi'(x) or dx + d phi'(x), with d = dh + dy, or dy where dh is 0; n elements. */
export function gradients(
  dx: usize,
  dh: usize,
  dy: usize,
  x: usize,
  y: usize,
  n: i32,
  kind: i32,
  accumulate: i32,
): void {
  if (kind == KIND_TANH) tanh(dx, dh, dy, x, y, n, accumulate);
  else if (kind == KIND_RELU) relu(dx, dh, dy, x, y, n, accumulate);
  else if (kind == KIND_SIGMOID) sigmoid(dx, dh, dy, x, y, n, accumulate);
  else if (kind == KIND_LEAKY_RELU) leakyRelu(dx, dh, dy, x, y, n, accumulate);
  else if (kind == KIND_SILU) silu(dx, dh, dy, x, y, n, accumulate);
  else if (kind == KIND_GELU) gelu(dx, dh, dy, x, y, n, accumulate);
  else identity(dx, dh, dy, x, y, n, accumulate);
}

// A function for each kind, which is a constant in its loop: of arms of one `if` the compiler would make one loop again.

// @ts-ignore: decorator
@noinline
function tanh(dx: usize, dh: usize, dy: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  each(dx, dh, dy, x, y, n, KIND_TANH, accumulate);
}

// @ts-ignore: decorator
@noinline
function relu(dx: usize, dh: usize, dy: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  each(dx, dh, dy, x, y, n, KIND_RELU, accumulate);
}

// @ts-ignore: decorator
@noinline
function sigmoid(dx: usize, dh: usize, dy: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  each(dx, dh, dy, x, y, n, KIND_SIGMOID, accumulate);
}

// @ts-ignore: decorator
@noinline
function leakyRelu(dx: usize, dh: usize, dy: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  each(dx, dh, dy, x, y, n, KIND_LEAKY_RELU, accumulate);
}

// @ts-ignore: decorator
@noinline
function silu(dx: usize, dh: usize, dy: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  each(dx, dh, dy, x, y, n, KIND_SILU, accumulate);
}

// @ts-ignore: decorator
@noinline
function gelu(dx: usize, dh: usize, dy: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  each(dx, dh, dy, x, y, n, KIND_GELU, accumulate);
}

// @ts-ignore: decorator
@noinline
function identity(dx: usize, dh: usize, dy: usize, x: usize, y: usize, n: i32, accumulate: i32): void {
  each(dx, dh, dy, x, y, n, KIND_IDENTITY, accumulate);
}

// @ts-ignore: decorator
@inline
function each(
  dx: usize,
  dh: usize,
  dy: usize,
  x: usize,
  y: usize,
  n: i32,
  kind: i32,
  accumulate: i32,
): void {
  const whole = <usize>(n & ~3) << 2;
  for (let o: usize = 0; o < whole; o += 16) one(dx, dh, dy, x, y, o, kind, accumulate, 4);
  if ((n & 3) != 0) one(dx, dh, dy, x, y, whole, kind, accumulate, n & 3);
}

/** One vector, `o` bytes from the beginning. */
// @ts-ignore: decorator
@inline
function one(
  dx: usize,
  dh: usize,
  dy: usize,
  x: usize,
  y: usize,
  o: usize,
  kind: i32,
  accumulate: i32,
  lanes: i32,
): void {
  let d = loadPart(dy + o, lanes);
  if (dh != 0) d = f32x4.add(loadPart(dh + o, lanes), d);
  if (kind == KIND_SILU || kind == KIND_GELU) d = f32x4.mul(d, slope(loadPart(x + o, lanes), kind));
  else if (kind != KIND_IDENTITY) d = slopeTimes(d, loadPart(y + o, lanes), kind);
  d = flush(d, f32x4.splat(TINY));
  if (accumulate != 0) d = f32x4.add(d, loadPart(dx + o, lanes));
  storePart(dx + o, d, lanes);
}

/** phi'(x) of silu and gelu. */
// @ts-ignore: decorator
@inline
function slope(x: v128, kind: i32): v128 {
  if (kind == KIND_GELU) {
    const N = density4(x);
    return fmadd(x, N, normal4(x, N));
  }
  const one = f32x4.splat(1);
  const s = f32x4.div(one, f32x4.add(exponential(f32x4.neg(x)), one));
  return f32x4.mul(s, fmadd(x, f32x4.sub(one, s), one));
}

/** d phi'(x) by y = phi(x). */
// @ts-ignore: decorator
@inline
function slopeTimes(d: v128, y: v128, kind: i32): v128 {
  const one = f32x4.splat(1);
  if (kind == KIND_TANH) return f32x4.mul(d, f32x4.sub(one, f32x4.mul(y, y)));
  if (kind == KIND_SIGMOID) return f32x4.mul(d, f32x4.mul(y, f32x4.sub(one, y)));
  const positive = f32x4.gt(y, f32x4.splat(0));
  if (kind == KIND_RELU) return v128.and(d, positive);
  return v128.bitselect(d, f32x4.mul(d, f32x4.splat(0.01)), positive);
}
