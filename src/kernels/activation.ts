/**
 * Activations, element by element, by number:
 *
 *     0  tanh          tanh(x)                    phi' = 1 - y^2
 *     1  relu          max(0, x)                  phi' = [y > 0]
 *     2  sigmoid       1 / (1 + exp(-x))          phi' = y (1 - y)
 *     3  leakyRelu     x, or 0.01 x below 0       phi' = 1, or 0.01 where y <= 0      (Maas, Hannun and Ng 2013)
 *     4  identity      x                          phi' = 1
 *     5  silu          x s, s = sigmoid(x)        phi' = s (1 + x (1 - s))            (Elfwing, Uchibe and Doya 2017)
 *     6  gelu          x Phi(x)                   phi' = Phi(x) + x N(x)              (Hendrycks and Gimpel 2016)
 *
 * with Phi the standard normal distribution and N its density: the exact form, which is PyTorch's default. The first
 * five are given back from y alone, the last two from x.
 *
 * On 32-bit floats tanh and sigmoid are the rational approximation of the SIMD kernels (assembly/math.ts) evaluated in
 * 64 bits, within 2.5e-7 and 1.5e-7: four times as fast as Math.tanh and the same in every runtime. Phi is Hastings's
 * polynomial (Abramowitz and Stegun 26.2.17), within 7.5e-8: gelu is within 3.4e-7 for x up to 8, the SIMD kernel within
 * 4.3e-7. On 64-bit floats, for gradient checks, all are exact.
 */

import type { Heap } from '../memory/heap.js';
import { GELU, LEAKY_RELU, RELU, SIGMOID, SILU, TANH } from './codes.js';

/**
 * Activations of n elements. Gradients, and values of silu and gelu, below 1e-30 may be flushed to 0; a NaN stays a
 * NaN. Of minus infinity silu and gelu are not finite.
 */
export interface ActivationKernels {
  /**
   * y := phi(x).
   * @param y out, (n); may be x
   * @param x in, (n)
   */
  activationForward(y: number, x: number, n: number, kind: number): void;

  /**
   * dx := dy phi'(x), or dx := dx + dy phi'(x).
   * @param dx out (accumulate = 0; then it may be dy, x or y) or in-out (accumulate = 1), (n)
   * @param dy in, (n)
   * @param x in, (n); read by silu and gelu only
   * @param y in, (n), the forward's result; read by all others
   */
  activationBackward(dx: number, dy: number, x: number, y: number, n: number, kind: number, accumulate: number): void;
}

/** Functions of one number. */
export interface Activations {
  readonly tanh: (x: number) => number;
  /** 1 / (1 + exp(-x)). */
  readonly sigmoid: (x: number) => number;
  /** phi(x) of a kind. */
  readonly value: (x: number, kind: number) => number;
  /** d phi'(x) of a kind, with y = phi(x). */
  readonly gradient: (d: number, x: number, y: number, kind: number) => number;
}

/** The kernels of this file in JavaScript. */
export const activationJs = (heap: Heap): ActivationKernels => {
  const { value, gradient } = activationsOf(heap);
  return {
    activationForward(y, x, n, kind) {
      const { floats, shift } = heap;
      const [Y, X] = [y >>> shift, x >>> shift];
      for (let i = 0; i < n; i++) floats[Y + i] = value(floats[X + i]!, kind);
    },

    activationBackward(dx, dy, x, y, n, kind, accumulate) {
      const { floats, shift } = heap;
      const [dX, dY, X, Y] = [dx >>> shift, dy >>> shift, x >>> shift, y >>> shift];
      for (let i = 0; i < n; i++) {
        const d = gradient(floats[dY + i]!, floats[X + i]!, floats[Y + i]!, kind);
        floats[dX + i] = accumulate === 0 ? d : floats[dX + i]! + d;
      }
    },
  };
};

/** The functions that suit a heap's precision. */
export function activationsOf(heap: Heap): Activations {
  return heap.shift === 3 ? exact : rational;
}

const exact = activations(Math.tanh, (x) => 1 / (1 + Math.exp(-x)), exactNormal);

const rational = activations(rationalTanh, (x) => 0.5 + 0.5 * rationalTanh(0.5 * x), hastingsNormal);

function activations(
  tanh: (x: number) => number,
  sigmoid: (x: number) => number,
  normal: (x: number) => number,
): Activations {
  return {
    tanh,
    sigmoid,
    value(x, kind) {
      if (kind === TANH) return tanh(x);
      if (kind === RELU) return x < 0 ? 0 : x;
      if (kind === SIGMOID) return sigmoid(x);
      if (kind === LEAKY_RELU) return x < 0 ? 0.01 * x : x;
      if (kind === SILU) return x / (1 + Math.exp(-x));
      return kind === GELU ? x * normal(x) : x;
    },
    gradient(d, x, y, kind) {
      if (kind === TANH) return d * (1 - y * y);
      if (kind === RELU) return y > 0 ? d : 0;
      if (kind === SIGMOID) return d * (y * (1 - y));
      if (kind === LEAKY_RELU) return y > 0 ? d : 0.01 * d;
      if (kind === GELU) return d * (normal(x) + x * density(x));
      if (kind !== SILU) return d;
      const s = 1 / (1 + Math.exp(-x));
      return d * (s * (1 + x * (1 - s)));
    },
  };
}

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

/** N(x) = exp(-x^2 / 2) / sqrt(2 pi). */
function density(x: number): number {
  return 0.3989422804014327 * Math.exp(-0.5 * x * x);
}

/** Phi(x), by the polynomial in 1 / (1 + 0.2316419 |x|) times the density that is 1 - Phi(|x|). */
function hastingsNormal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const p = 0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)));
  const tail = density(x) * t * p;
  return x < 0 ? tail : 1 - tail;
}

/** Phi(x) = 1/2 + N(x) (x + x^3 / 3 + x^5 / (3 5) + ...), all of one sign; beyond 8.5 it is 0 or 1 in 64 bits. */
function exactNormal(x: number): number {
  if (Math.abs(x) > 8.5) return x < 0 ? 0 : 1;
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density(x) * sum;
}
