/**
 * Activations. Contracts: src/kernels/activation.ts. tanh and the logistic function go over rows four vectors at a time:
 * one takes about a hundred cycles from its first to its last operation, so what counts is how many are under way at
 * once, and a constant loaded once for four leaves room for more. The same operations in the same order as tanh4 and
 * sigmoid4 of ./math, so the same bits.
 */

import {
  gradients,
  KIND_GELU,
  KIND_LEAKY_RELU,
  KIND_RELU,
  KIND_SIGMOID,
  KIND_SILU,
  KIND_TANH,
  TINY,
} from './activation-gradient';
import { constant, density4, exp4, normal4, sigmoid4, TANH, tanh4 } from './math';
import { flush, fmadd, loadLanes, storeLanes } from './simd';

export function activationForward(y: usize, x: usize, n: i32, kind: i32): void {
  if (kind == KIND_TANH) tanhRow(y, x, n);
  else if (kind == KIND_RELU) reluRow(y, x, n);
  else if (kind == KIND_SIGMOID) sigmoidRow(y, x, n);
  else if (kind == KIND_LEAKY_RELU) leakyReluRow(y, x, n);
  else if (kind == KIND_SILU) siluRow(y, x, n);
  else if (kind == KIND_GELU) geluRow(y, x, n);
  else memory.copy(y, x, <usize>n << 2);
}

// A function for each kind, which is a constant in its loop: of arms of one `if` the compiler would make one loop again.

function reluRow(y: usize, x: usize, n: i32): void {
  mapRow(y, x, n, KIND_RELU);
}

function leakyReluRow(y: usize, x: usize, n: i32): void {
  mapRow(y, x, n, KIND_LEAKY_RELU);
}

function siluRow(y: usize, x: usize, n: i32): void {
  mapRow(y, x, n, KIND_SILU);
}

function geluRow(y: usize, x: usize, n: i32): void {
  mapRow(y, x, n, KIND_GELU);
}

// @ts-ignore: decorator
@inline
function mapRow(y: usize, x: usize, n: i32, kind: i32): void {
  const rest = n & 3;
  for (const end = x + (<usize>(n - rest) << 2); x < end; x += 16) {
    v128.store(y, value(v128.load(x), kind));
    y += 16;
  }
  if (rest != 0) storeLanes(y, value(loadLanes(x, rest), kind), rest);
}

// @ts-ignore: decorator
@inline
function value(x: v128, kind: i32): v128 {
  // pmax(x, 0) keeps a NaN, so a diverged state is seen and not hidden.
  if (kind == KIND_RELU) return f32x4.pmax(x, f32x4.splat(0));
  if (kind == KIND_LEAKY_RELU) return f32x4.pmax(x, f32x4.mul(x, f32x4.splat(0.01)));
  if (kind == KIND_GELU) return flush(f32x4.mul(x, normal4(x, density4(x))), f32x4.splat(TINY));
  return flush(f32x4.div(x, f32x4.add(exp4(f32x4.neg(x)), f32x4.splat(1))), f32x4.splat(TINY));
}

export function activationBackward(
  dx: usize,
  dy: usize,
  x: usize,
  y: usize,
  n: i32,
  kind: i32,
  accumulate: i32,
): void {
  gradients(dx, 0, dy, x, y, n, kind, accumulate);
}

/** y_i = tanh(x_i), n elements; y may be x. */
export function tanhRow(y: usize, x: usize, n: i32): void {
  activate(y, x, n, false);
}

/** y_i = 1 / (1 + exp(-x_i)), n elements; y may be x. */
export function sigmoidRow(y: usize, x: usize, n: i32): void {
  activate(y, x, n, true);
}

// @ts-ignore: decorator
@inline
function activate(y: usize, x: usize, n: i32, logistic: bool): void {
  for (const end = x + (<usize>(n & ~15) << 2); x < end; x += 64) {
    const half = constant(TANH, 13);
    let a = constant(TANH, 11);
    let v0 = v128.load(x, 0);
    let v1 = v128.load(x, 16);
    let v2 = v128.load(x, 32);
    let v3 = v128.load(x, 48);
    if (logistic) {
      v0 = f32x4.mul(v0, half);
      v1 = f32x4.mul(v1, half);
      v2 = f32x4.mul(v2, half);
      v3 = f32x4.mul(v3, half);
    }
    v0 = f32x4.pmin(v0, a);
    v1 = f32x4.pmin(v1, a);
    v2 = f32x4.pmin(v2, a);
    v3 = f32x4.pmin(v3, a);
    a = constant(TANH, 12);
    v0 = f32x4.pmax(v0, a);
    v1 = f32x4.pmax(v1, a);
    v2 = f32x4.pmax(v2, a);
    v3 = f32x4.pmax(v3, a);
    const s0 = f32x4.mul(v0, v0);
    const s1 = f32x4.mul(v1, v1);
    const s2 = f32x4.mul(v2, v2);
    const s3 = f32x4.mul(v3, v3);
    a = constant(TANH, 0);
    let b = constant(TANH, 1);
    let p0 = fmadd(a, s0, b);
    let p1 = fmadd(a, s1, b);
    let p2 = fmadd(a, s2, b);
    let p3 = fmadd(a, s3, b);
    a = constant(TANH, 2);
    p0 = fmadd(p0, s0, a);
    p1 = fmadd(p1, s1, a);
    p2 = fmadd(p2, s2, a);
    p3 = fmadd(p3, s3, a);
    a = constant(TANH, 3);
    p0 = fmadd(p0, s0, a);
    p1 = fmadd(p1, s1, a);
    p2 = fmadd(p2, s2, a);
    p3 = fmadd(p3, s3, a);
    a = constant(TANH, 4);
    p0 = fmadd(p0, s0, a);
    p1 = fmadd(p1, s1, a);
    p2 = fmadd(p2, s2, a);
    p3 = fmadd(p3, s3, a);
    a = constant(TANH, 5);
    p0 = fmadd(p0, s0, a);
    p1 = fmadd(p1, s1, a);
    p2 = fmadd(p2, s2, a);
    p3 = fmadd(p3, s3, a);
    a = constant(TANH, 6);
    p0 = fmadd(p0, s0, a);
    p1 = fmadd(p1, s1, a);
    p2 = fmadd(p2, s2, a);
    p3 = fmadd(p3, s3, a);
    p0 = f32x4.mul(v0, p0);
    p1 = f32x4.mul(v1, p1);
    p2 = f32x4.mul(v2, p2);
    p3 = f32x4.mul(v3, p3);
    a = constant(TANH, 7);
    b = constant(TANH, 8);
    let q0 = fmadd(a, s0, b);
    let q1 = fmadd(a, s1, b);
    let q2 = fmadd(a, s2, b);
    let q3 = fmadd(a, s3, b);
    a = constant(TANH, 9);
    q0 = fmadd(q0, s0, a);
    q1 = fmadd(q1, s1, a);
    q2 = fmadd(q2, s2, a);
    q3 = fmadd(q3, s3, a);
    a = constant(TANH, 10);
    q0 = fmadd(q0, s0, a);
    q1 = fmadd(q1, s1, a);
    q2 = fmadd(q2, s2, a);
    q3 = fmadd(q3, s3, a);
    p0 = f32x4.div(p0, q0);
    p1 = f32x4.div(p1, q1);
    p2 = f32x4.div(p2, q2);
    p3 = f32x4.div(p3, q3);
    if (logistic) {
      p0 = fmadd(p0, half, half);
      p1 = fmadd(p1, half, half);
      p2 = fmadd(p2, half, half);
      p3 = fmadd(p3, half, half);
    }
    v128.store(y, p0, 0);
    v128.store(y, p1, 16);
    v128.store(y, p2, 32);
    v128.store(y, p3, 48);
    y += 64;
  }
  for (let rest = n & 15; rest > 0; rest -= 4) {
    const lanes = min(4, rest);
    const v = loadLanes(x, lanes);
    storeLanes(y, logistic ? sigmoid4(v) : tanh4(v), lanes);
    x += 16;
    y += 16;
  }
}
