/**
 * tanh and the logistic function of the JavaScript kernels. On 32-bit floats they are the rational approximation of
 * the SIMD kernels (assembly/math.ts) evaluated in 64 bits, within 2.5e-7 and 1.5e-7: four times as fast as Math.tanh
 * and the same in every runtime. On 64-bit floats, for gradient checks, they are the runtime's own.
 */

import type { Heap } from '../memory/heap.js';

/** A pair of functions of one number. */
export interface Activations {
  readonly tanh: (x: number) => number;
  /** 1 / (1 + exp(-x)). */
  readonly sigmoid: (x: number) => number;
}

/** The functions that suit a heap's precision. */
export function activationsOf(heap: Heap): Activations {
  return heap.shift === 3 ? exact : rational;
}

const exact: Activations = { tanh: Math.tanh, sigmoid: (x) => 1 / (1 + Math.exp(-x)) };

const rational: Activations = { tanh: rationalTanh, sigmoid: (x) => 0.5 + 0.5 * rationalTanh(0.5 * x) };

/** x P(x^2) / Q(x^2), odd degree 13 over even degree 6; beyond 7.905 it stays at +-(1 - 2.4e-7). */
function rationalTanh(x: number): number {
  const v = x > 7.90531110763549805 ? 7.90531110763549805 : x < -7.90531110763549805 ? -7.90531110763549805 : x;
  const s = v * v;
  let p = -2.76076847742355e-16 * s + 2.00018790482477e-13;
  p = p * s - 8.60467152213735e-11;
  p = p * s + 5.12229709037114e-8;
  p = p * s + 1.48572235717979e-5;
  p = p * s + 6.37261928875436e-4;
  p = p * s + 4.89352455891786e-3;
  let q = 1.19825839466702e-6 * s + 1.18534705686654e-4;
  q = q * s + 2.268434632439e-3;
  q = q * s + 4.89352518554385e-3;
  return (v * p) / q;
}
