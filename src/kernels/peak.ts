/**
 * What a core can do: x_i := a_i x_i + b_i, n times over, on numbers that stay in registers. Benchmarks quote products
 * as a fraction of this loop in the same run, since a shared machine changes its pace from minute to minute.
 */

import type { Heap } from '../memory/heap.js';

/** Multiply-adds of one turn of `multiplyAddChains`. */
export const CHAINS = 48;

/** The loop that measures the machine. */
export interface PeakKernels {
  /**
   * n turns of CHAINS multiply-adds, each 2 floating-point operations.
   * @param x in-out, (48), then in, a (4) and b (4): element i takes a and b of i mod 4
   */
  multiplyAddChains(x: number, n: number): void;
}

/** The kernels of this file in JavaScript: twelve numbers at a time, which is what its registers hold. */
export const peakJs = (heap: Heap): PeakKernels => ({
  multiplyAddChains(x, n) {
    const { floats, shift } = heap;
    for (let lane = 0; lane < 4; lane++) {
      const first = (x >>> shift) + lane;
      const a = floats[first + 48]!;
      const b = floats[first + 52]!;
      let s0 = floats[first]!;
      let s1 = floats[first + 4]!;
      let s2 = floats[first + 8]!;
      let s3 = floats[first + 12]!;
      let s4 = floats[first + 16]!;
      let s5 = floats[first + 20]!;
      let s6 = floats[first + 24]!;
      let s7 = floats[first + 28]!;
      let s8 = floats[first + 32]!;
      let s9 = floats[first + 36]!;
      let s10 = floats[first + 40]!;
      let s11 = floats[first + 44]!;
      for (let i = 0; i < n; i++) {
        s0 = a * s0 + b;
        s1 = a * s1 + b;
        s2 = a * s2 + b;
        s3 = a * s3 + b;
        s4 = a * s4 + b;
        s5 = a * s5 + b;
        s6 = a * s6 + b;
        s7 = a * s7 + b;
        s8 = a * s8 + b;
        s9 = a * s9 + b;
        s10 = a * s10 + b;
        s11 = a * s11 + b;
      }
      floats[first] = s0;
      floats[first + 4] = s1;
      floats[first + 8] = s2;
      floats[first + 12] = s3;
      floats[first + 16] = s4;
      floats[first + 20] = s5;
      floats[first + 24] = s6;
      floats[first + 28] = s7;
      floats[first + 32] = s8;
      floats[first + 36] = s9;
      floats[first + 40] = s10;
      floats[first + 44] = s11;
    }
  },
});
