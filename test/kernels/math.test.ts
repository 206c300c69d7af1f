/**
 * The errors that assembly/math.ts and src/kernels/activation.ts state for exp, tanh, sigmoid, silu and gelu, measured
 * against 64-bit references. The functions are reached through kernels: tanh is rnnForward, silu and gelu are
 * activationForward, sigmoid a gate of lstmForward, exp the gradient of cross-entropy with a log-sum of 0. The grids are over the bit patterns, and dense
 * where the error is largest.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { GELU, SILU, TANH } from '../../src/kernels/codes.js';
import { selectKernels } from '../../src/kernels/select.js';
import type { Selection } from '../../src/kernels/select.js';
import { activationForward } from './reference.js';
import { hasRelaxedSimd } from './relaxed-probe.js';

/** Points of one call. X and Y hold so many floats, each behind one that belongs to it; the others four times as many. */
const CHUNK = 1 << 19;
const X = 1 << 16;
const Y = X + 4 * CHUNK + 64;
const GATES = Y + 4 * CHUNK;
const REST = GATES + 16 * CHUNK;
const END = REST + 16 * CHUNK;

/** The tiers there are, and the ones with an exp of their own. */
const COMPILED = hasRelaxedSimd() ? (['simd', 'relaxed'] as const) : (['simd'] as const);
const TIERS = ['js', ...COMPILED] as const;

/** What assembly/math.ts states, and src/kernels/activation.ts of its own. */
const STATED = {
  js: { tanhUlp: 4.1, tanhAbsolute: 2.5e-7, sigmoidAbsolute: 1.5e-7, expUlp: 0, siluUlp: 0.51, geluAbsolute: 3.4e-7 },
  simd: { tanhUlp: 7, tanhAbsolute: 4.2e-7, sigmoidAbsolute: 2.4e-7, expUlp: 1.1, siluUlp: 2, geluAbsolute: 4.3e-7 },
  relaxed: { tanhUlp: 7, tanhAbsolute: 4.2e-7, sigmoidAbsolute: 2.4e-7, expUlp: 1.1, siluUlp: 2, geluAbsolute: 4.3e-7 },
};

/** The largest errors over a grid, absolute and in units of the last place, and the largest result. */
interface Errors {
  absolute: number;
  ulp: number;
  largest: number;
}

type Apply = () => number;

const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

function bitsOf(x: number): number {
  word[0] = x;
  return bits[0]!;
}

/** The distance of 32-bit floats at |x|. */
function unit(x: number): number {
  return 2 ** (Math.max(bitsOf(Math.abs(x)) >>> 23, 1) - 150);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe.each(TIERS)('math: %s', (tier) => {
  const stated = STATED[tier];
  let selection: Selection;
  beforeAll(async () => {
    selection = await selectKernels({ tier, precision: 'float32', memoryLimit: 2 ** 28 });
    selection.heap.grow(END);
  });

  const tanh: Apply = () => {
    selection.kernels.rnnForward(Y, X, CHUNK, TANH);
    return Y;
  };
  const gate: Apply = () => {
    const { heap, kernels } = selection;
    heap.floats.copyWithin(GATES >>> 2, X >>> 2, (X >>> 2) + CHUNK);
    kernels.lstmForward(REST, REST + 4 * CHUNK, REST + 8 * CHUNK, GATES, REST + 12 * CHUNK, 1, CHUNK);
    return GATES;
  };
  /** exp of X, the first of which is the target's and so not read; `scale` lifts results over the flush at 1e-30. */
  const exp = (scale: number) => (): number => {
    const { heap, kernels } = selection;
    heap.floats[0] = 0;
    heap.ints[1] = 0;
    kernels.crossEntropyBackward(Y - 4, X - 4, 0, 4, 1, CHUNK + 1, -100, scale, 0);
    for (let i = Y >>> 2; i < (Y >>> 2) + CHUNK; i++) heap.floats[i]! /= scale;
    return Y;
  };

  /** Applies a function to every `step`-th float of [low, high), both of one sign, and measures. */
  function measure(apply: Apply, reference: (x: number) => number, low: number, high: number, step: number): Errors {
    const { floats } = selection.heap;
    const words = new Uint32Array(floats.buffer);
    const first = Math.min(bitsOf(low), bitsOf(high));
    const last = Math.max(bitsOf(low), bitsOf(high));
    const worst: Errors = { absolute: 0, ulp: 0, largest: -Infinity };
    for (let start = first; start < last; start += CHUNK * step) {
      for (let i = 0; i < CHUNK; i++) words[(X >>> 2) + i] = Math.min(start + i * step, last);
      const y = apply() >>> 2;
      for (let i = 0; i < CHUNK; i++) {
        const wanted = reference(floats[(X >>> 2) + i]!);
        const error = Math.abs(floats[y + i]! - wanted);
        worst.absolute = Math.max(worst.absolute, error);
        worst.ulp = Math.max(worst.ulp, error / unit(wanted));
        worst.largest = Math.max(worst.largest, floats[y + i]!);
      }
    }
    return worst;
  }

  /** tanh of a few numbers. */
  function tanhOf(values: readonly number[]): number[] {
    selection.heap.floats.set(values, X >>> 2);
    tanh();
    return [...selection.heap.floats.subarray(Y >>> 2, (Y >>> 2) + values.length)];
  }

  it('tanh: the stated errors, no more and not much less', () => {
    const all = measure(tanh, Math.tanh, 4, 10, tier === 'js' ? 31 : 3);
    const grid = [measure(tanh, Math.tanh, 1e-36, 100, 997), measure(tanh, Math.tanh, -100, -1e-36, 997)];
    expect(Math.max(all.ulp, ...grid.map(({ ulp }) => ulp))).toBeLessThan(stated.tanhUlp);
    expect(Math.max(all.absolute, ...grid.map(({ absolute }) => absolute))).toBeLessThan(stated.tanhAbsolute);
    expect(all.ulp).toBeGreaterThan(stated.tanhUlp / 2);
    expect(all.absolute).toBeGreaterThan(stated.tanhAbsolute / 2);
    expect(Math.max(all.largest, ...grid.map(({ largest }) => largest))).toBeLessThanOrEqual(1);
  });

  it('tanh: below 1e-36 the error is that of a denormal product', () => {
    expect(measure(tanh, Math.tanh, 1e-45, 1e-36, 997).absolute).toBeLessThan(5e-43);
  });

  it('tanh: odd, 0 at 0, saturates at 1, a NaN stays a NaN', () => {
    const positive = [0, 1e-40, 1e-3, 0.1, 1, 2, 5.83, 7.9, 7.91, 8, 100, Infinity];
    const values = tanhOf(positive);
    expect(tanhOf(positive.map((x) => -x))).toEqual(values.map((y) => -y));
    expect(values[0]).toBe(0);
    const saturated = values.slice(-4);
    expect(new Set(saturated).size).toBe(1);
    // Where multiply-adds are fused, or in 64 bits, the quotient at the limit is 4 units of 2^-24 short of 1.
    expect(1 - saturated[0]!).toBeLessThanOrEqual(tier === 'simd' ? 0 : 4 * 2 ** -24);
    expect(tanhOf([NaN, 1, NaN, -NaN])).toEqual([NaN, values[4], NaN, NaN]);
  });

  it('sigmoid: the stated error, no more and not much less', () => {
    const all = measure(gate, sigmoid, 8, 20, tier === 'js' ? 31 : 3);
    const grid = [measure(gate, sigmoid, 1e-36, 200, 997), measure(gate, sigmoid, -200, -1e-36, 997)];
    expect(Math.max(all.absolute, ...grid.map(({ absolute }) => absolute))).toBeLessThan(stated.sigmoidAbsolute);
    expect(all.absolute).toBeGreaterThan(stated.sigmoidAbsolute / 2);
  });

  const activation = (kind: number) => (): number => {
    selection.kernels.activationForward(Y, X, CHUNK, kind);
    return Y;
  };
  const reference = (kind: number) => (x: number) => activationForward([x], kind)[0]!;

  it('silu: the stated error, no more and not much less', () => {
    const grid = [measure(activation(SILU), reference(SILU), 0.01, 8, 997)];
    grid.push(measure(activation(SILU), reference(SILU), -12, -0.01, 997));
    const worst = Math.max(...grid.map(({ ulp }) => ulp));
    expect(worst).toBeLessThan(stated.siluUlp);
    expect(worst).toBeGreaterThan(stated.siluUlp / 2);
  });

  it('gelu: the stated error, no more and not much less', () => {
    const grid = [measure(activation(GELU), reference(GELU), 0.01, 8, 997)];
    grid.push(measure(activation(GELU), reference(GELU), -100, -1e-30, 9973));
    const worst = Math.max(...grid.map(({ absolute }) => absolute));
    expect(worst).toBeLessThan(stated.geluAbsolute);
    expect(worst).toBeGreaterThan(stated.geluAbsolute / 2);
  });

  if (tier === 'js') return;

  it('exp: the stated error, no more and not much less', () => {
    const all = measure(exp(1), Math.exp, -8, -4, 3);
    const grid = [
      measure(exp(1), Math.exp, 1e-36, 87.3, 997),
      measure(exp(1), Math.exp, -69, -1e-36, 997),
      measure(exp(2 ** 60), Math.exp, -87.3, -69, 49),
    ];
    expect(Math.max(all.ulp, ...grid.map(({ ulp }) => ulp))).toBeLessThan(stated.expUlp);
    expect(all.ulp).toBeGreaterThan(stated.expUlp / 2);
  });

  it('exp: exactly 1 at 0, and stays at exp(-87.3) below', () => {
    const { floats } = selection.heap;
    floats.set([0, -0, -87.3, -88, -1e30, -Infinity], X >>> 2);
    const y = exp(2 ** 60)() >>> 2;
    const [one, negative, least, ...below] = floats.subarray(y, y + 6);
    expect([one, negative]).toEqual([1, 1]);
    expect(least! / Math.exp(-87.3)).toBeCloseTo(1, 5);
    expect(below).toEqual([least, least, least]);
  });

  it('the logarithm of a sum is the nearest float: V equal logits give log V', () => {
    const { heap, kernels } = selection;
    heap.floats.fill(0, X >>> 2, (X >>> 2) + 2000);
    heap.ints[0] = 0;
    for (let V = 1; V <= 2000; V++) {
      kernels.crossEntropyForward(4, 8, X, 0, 1, V, -100);
      if (heap.floats[1] !== Math.fround(Math.log(V))) expect(heap.floats[1]).toBe(Math.fround(Math.log(V)));
    }
  });
});
