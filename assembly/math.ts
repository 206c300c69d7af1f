/**
 * Elementary functions over four lanes. IEEE operations in a fixed order, so the `simd` binary gives the same bits in
 * every runtime. Errors were measured against 64-bit references (test/kernels/math.test.ts holds them).
 *
 * Coefficients are read from memory, one broadcast each: V8 builds a vector constant anew at every use, which costs
 * three instructions, and never moves it out of a loop.
 */

import { clamp, fmadd, fnmadd } from './simd';

// tanh(x) = x P(x^2) / Q(x^2), odd degree 13 over even degree 6, for |x| <= 7.905 (the coefficients Eigen uses). There
// the quotient is exactly +-1, or 4 units less where multiply-adds are fused, and beyond it stays so; never above 1.
/** P's seven coefficients, Q's four, the limits of x, and a half for the logistic function. */
export const TANH: usize = memory.data<f32>([
  -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5,
  6.37261928875436e-4, 4.89352455891786e-3, 1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3,
  4.89352518554385e-3, 7.90531110763549805, -7.90531110763549805, 0.5,
]);

// exp(x) = 2^n exp(r), n = round(x / ln 2), r = x - n ln 2 in two parts (Cody and Waite 1980),
// exp(r) = 1 + r + r^2 P(r) on |r| <= ln 2 / 2 (the coefficients of Cephes expf).
/** 1 / ln 2, what rounds to a whole number, ln 2 in two parts, P's six coefficients, the limit of x. */
export const EXP: usize = memory.data<f32>([
  1.44269504088896341, 12582912, 0.693359375, -2.12194440054690583e-4, 1.9875691500e-4, 1.3981999507e-3,
  8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 87.3,
]);

// @ts-ignore: decorator
@inline
export function constant(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

/**
 * tanh(x): below 7 units in the last place for |x| >= 1e-36 (the products of smaller numbers are denormal) and 4.2e-7
 * absolute; odd; tanh(NaN) is NaN.
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const v = f32x4.pmax(f32x4.pmin(x, constant(TANH, 11)), constant(TANH, 12));
  const s = f32x4.mul(v, v);
  let p = fmadd(constant(TANH, 0), s, constant(TANH, 1));
  p = fmadd(p, s, constant(TANH, 2));
  p = fmadd(p, s, constant(TANH, 3));
  p = fmadd(p, s, constant(TANH, 4));
  p = fmadd(p, s, constant(TANH, 5));
  p = fmadd(p, s, constant(TANH, 6));
  let q = fmadd(constant(TANH, 7), s, constant(TANH, 8));
  q = fmadd(q, s, constant(TANH, 9));
  q = fmadd(q, s, constant(TANH, 10));
  return f32x4.div(f32x4.mul(v, p), q);
}

/** 1 / (1 + exp(-x)) as 1/2 + tanh(x/2)/2: at most 2.4e-7 absolute. The negative tail is accurate absolutely, not relatively. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const half = constant(TANH, 13);
  return fmadd(tanh4(f32x4.mul(x, half)), half, half);
}

/** exp(x) for x <= 87.3, below 1.1 units in the last place; below -87.3 it stays at exp(-87.3) = 1.2e-38, never denormal. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const magic = constant(EXP, 1);
  const v = clamp(x, constant(EXP, 10));
  // Adding and subtracting 1.5 * 2^23 rounds to a whole number; the low bits of the sum hold it as an integer.
  const biased = fmadd(v, constant(EXP, 0), magic);
  const n = f32x4.sub(biased, magic);
  const r = fnmadd(n, constant(EXP, 3), fnmadd(n, constant(EXP, 2), v));
  let p = fmadd(constant(EXP, 4), r, constant(EXP, 5));
  p = fmadd(p, r, constant(EXP, 6));
  p = fmadd(p, r, constant(EXP, 7));
  p = fmadd(p, r, constant(EXP, 8));
  p = fmadd(p, r, constant(EXP, 9));
  p = f32x4.add(fmadd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  // Or-ed with all ones where x is NaN: adding to the exponent could make it a number.
  return v128.or(i32x4.add(p, i32x4.shl(biased, 23)), f32x4.ne(x, x));
}

// Phi(x) = 1 - N(x) t P(t), t = 1 / (1 + 0.2316419 x), for x >= 0 (Hastings; Abramowitz and Stegun 26.2.17).
/** 1 / sqrt(2 pi), the factor of x, P's five coefficients. */
export const NORMAL: usize = memory.data<f32>([
  0.3989422804014327, 0.2316419, 1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153,
]);

/** N(x) = exp(-x^2 / 2) / sqrt(2 pi); far out it stays at 4.7e-39. */
// @ts-ignore: decorator
@inline
export function density4(x: v128): v128 {
  return f32x4.mul(exponential(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5))), constant(NORMAL, 0));
}

/** Phi(x), the standard normal distribution, from x and N(x): at most 1.8e-7 absolute. */
// @ts-ignore: decorator
@inline
export function normal4(x: v128, density: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, fmadd(f32x4.abs(x), constant(NORMAL, 1), one));
  let p = fmadd(constant(NORMAL, 2), t, constant(NORMAL, 3));
  p = fmadd(p, t, constant(NORMAL, 4));
  p = fmadd(p, t, constant(NORMAL, 5));
  p = fmadd(p, t, constant(NORMAL, 6));
  const tail = f32x4.mul(f32x4.mul(p, t), density);
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}

/** exp4 as a call: for loops in which a call does not count, and the binary does. */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  return exp4Call(x);
}

// Not exported, for the compiler warns of exported functions that take vectors.
// @ts-ignore: decorator
@noinline
function exp4Call(x: v128): v128 {
  return exp4(x);
}

/** The natural logarithm of a normal x > 0, below 1e-15 relative: x = 2^k m, log m = 2 artanh((m - 1) / (m + 1)). */
export function logarithm(x: f64): f64 {
  if (x != x) return x;
  const bits = reinterpret<u64>(x);
  let k = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  const w = s * s;
  let p: f64 = 1.0 / 21;
  p = p * w + 1.0 / 19;
  p = p * w + 1.0 / 17;
  p = p * w + 1.0 / 15;
  p = p * w + 1.0 / 13;
  p = p * w + 1.0 / 11;
  p = p * w + 1.0 / 9;
  p = p * w + 1.0 / 7;
  p = p * w + 1.0 / 5;
  p = p * w + 1.0 / 3;
  p = p * w + 1.0;
  return <f64>k * 0.6931471805599453 + 2 * s * p;
}
