/**
 * Layer normalisation (Ba, Kiros and Hinton 2016) of each row x of n elements:
 *
 *     m = mean(x)   s = sqrt(mean((x - m)^2) + epsilon)   u = (x - m) / s
 *     y = gain u + bias
 *
 * Backward, with g = dy gain:
 *
 *     dx = (g - mean(g) - u mean(g u)) / s        dgain += dy u        dbias += dy
 *
 * The forward saves m and 1 / s; the backward reads them and x. The gradients of gain and bias are a kernel of their
 * own, so that a sequence may take them once, over all of its steps.
 */

import type { Heap } from '../memory/heap.js';

/** Layer normalisation by row. Gradients below 1e-30 may be flushed to 0; a NaN makes its row NaN. */
export interface LayerNormKernels {
  /**
   * y := gain u + bias, or y := y + gain u + bias.
   * @param y out (accumulate = 0; then it may be x, if no backward follows) or in-out (accumulate = 1), (rows, width)
   * @param stats out, saved for the backward, (rows, 2): m and 1 / s
   * @param x in, (rows, width)
   * @param gain in, (width), or 0 for ones
   * @param bias in, (width), or 0 for none
   */
  layerNormForward(
    y: number,
    stats: number,
    x: number,
    gain: number,
    bias: number,
    rows: number,
    width: number,
    accumulate: number,
    epsilon: number,
  ): void;

  /**
   * The gradient of x.
   * @param dx out (accumulate = 0; then it may be dy or x) or in-out (accumulate = 1), (rows, width)
   * @param dy in, (rows, width)
   * @param x in, (rows, width)
   * @param stats in, (rows, 2)
   * @param gain in, (width), or 0 for ones
   */
  layerNormBackward(
    dx: number,
    dy: number,
    x: number,
    stats: number,
    gain: number,
    rows: number,
    width: number,
    accumulate: number,
  ): void;

  /**
   * The gradients of gain and bias, added row by row.
   * @param dGain in-out, (width), or 0 for none
   * @param dBias in-out, (width), or 0 for none
   * @param dy in, (rows, width), rows ld apart
   * @param x in, (rows, width), rows ld apart
   * @param stats in, (rows, 2)
   */
  layerNormBackwardWeights(
    dGain: number,
    dBias: number,
    dy: number,
    x: number,
    stats: number,
    rows: number,
    width: number,
    ld: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const layerNormJs = (heap: Heap): LayerNormKernels => ({
  layerNormForward(y, stats, x, gain, bias, rows, width, accumulate, epsilon) {
    const { floats, shift } = heap;
    const [G, B] = [gain >>> shift, bias >>> shift];
    for (let row = 0; row < rows; row++) {
      const [Y, X, S] = [(y >>> shift) + row * width, (x >>> shift) + row * width, (stats >>> shift) + 2 * row];
      let sum = 0;
      for (let j = 0; j < width; j++) sum += floats[X + j]!;
      const mean = sum / width;
      let squares = 0;
      for (let j = 0; j < width; j++) squares += (floats[X + j]! - mean) ** 2;
      const inverse = 1 / Math.sqrt(squares / width + epsilon);
      floats[S] = mean;
      floats[S + 1] = inverse;
      for (let j = 0; j < width; j++) {
        const u = (floats[X + j]! - mean) * inverse;
        const value = (gain === 0 ? u : u * floats[G + j]!) + (bias === 0 ? 0 : floats[B + j]!);
        floats[Y + j] = accumulate === 0 ? value : floats[Y + j]! + value;
      }
    }
  },

  layerNormBackward(dx, dy, x, stats, gain, rows, width, accumulate) {
    const { floats, shift } = heap;
    const G = gain >>> shift;
    for (let row = 0; row < rows; row++) {
      const [dX, dY] = [(dx >>> shift) + row * width, (dy >>> shift) + row * width];
      const [X, S] = [(x >>> shift) + row * width, (stats >>> shift) + 2 * row];
      const [mean, inverse] = [floats[S]!, floats[S + 1]!];
      let sum = 0;
      let dot = 0;
      for (let j = 0; j < width; j++) {
        const g = gain === 0 ? floats[dY + j]! : floats[dY + j]! * floats[G + j]!;
        sum += g;
        dot += g * (floats[X + j]! - mean) * inverse;
      }
      for (let j = 0; j < width; j++) {
        const g = gain === 0 ? floats[dY + j]! : floats[dY + j]! * floats[G + j]!;
        const d = inverse * (g - (sum + (floats[X + j]! - mean) * inverse * dot) / width);
        floats[dX + j] = accumulate === 0 ? d : floats[dX + j]! + d;
      }
    }
  },

  layerNormBackwardWeights(dGain, dBias, dy, x, stats, rows, width, ld) {
    const { floats, shift } = heap;
    const [dG, dB] = [dGain >>> shift, dBias >>> shift];
    for (let row = 0; row < rows; row++) {
      const [dY, X, S] = [(dy >>> shift) + row * ld, (x >>> shift) + row * ld, (stats >>> shift) + 2 * row];
      const [mean, inverse] = [floats[S]!, floats[S + 1]!];
      for (let j = 0; j < width; j++) {
        if (dGain !== 0) floats[dG + j]! += floats[dY + j]! * (floats[X + j]! - mean) * inverse;
        if (dBias !== 0) floats[dB + j]! += floats[dY + j]!;
      }
    }
  },
});
