/**
 * The Kullback-Leibler divergence of a Gaussian N(m, e^l) from a prior N(m', e^l'), element by element, in nats
 * (Kingma and Welling 2013, appendix B, has it for the standard normal, m' = l' = 0):
 *
 *     1/2 (w + d^2 u - 1 - l + l'),   w = e^(l - l'),   u = e^-l',   d = m - m'
 *
 *     dm += s d u          dl += s/2 (w - 1)          dm' -= s d u          dl' -= s/2 (w + d^2 u - 1)
 *
 * An element that does not count has no divergence and no gradient, whatever it holds.
 */

import type { Heap } from '../memory/heap.js';

/**
 * The divergence of diagonal Gaussians. 32-bit kernels form w and u to 1.1 units in the last place, and beyond e^87 and
 * e^-87 keep them there; the sum is formed in 64 bits.
 */
export interface GaussianDivergenceKernels {
  /**
   * The sum over the elements that count, in a fixed order.
   * @param mean in, (n)
   * @param logVariance in, (n)
   * @param priorMean in, (n); address 0: zeros
   * @param priorLogVariance in, (n); address 0: zeros
   * @param mask in, (n) 32-bit integers, -1 where an element counts and 0 where not; address 0: all count
   */
  gaussianDivergenceForward(
    mean: number,
    logVariance: number,
    priorMean: number,
    priorLogVariance: number,
    mask: number,
    n: number,
  ): number;

  /**
   * The four gradients accumulate; one at address 0 is not wanted. Two may be the same.
   * @param dMean in-out, (n)
   * @param dLogVariance in-out, (n)
   * @param dPriorMean in-out, (n)
   * @param dPriorLogVariance in-out, (n)
   * @param mean in, as are the others, as in the forward
   * @param scale gradient of the sum
   */
  gaussianDivergenceBackward(
    dMean: number,
    dLogVariance: number,
    dPriorMean: number,
    dPriorLogVariance: number,
    mean: number,
    logVariance: number,
    priorMean: number,
    priorLogVariance: number,
    mask: number,
    n: number,
    scale: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const gaussianDivergenceJs = (heap: Heap): GaussianDivergenceKernels => {
  const at = (address: number, i: number): number => (address === 0 ? 0 : heap.floats[(address >>> heap.shift) + i]!);
  const counts = (mask: number, i: number): boolean => mask === 0 || heap.ints[(mask >>> 2) + i] !== 0;
  const add = (address: number, i: number, value: number): void => {
    if (address !== 0) heap.floats[(address >>> heap.shift) + i]! += value;
  };
  return {
    gaussianDivergenceForward(mean, logVariance, priorMean, priorLogVariance, mask, n) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        if (!counts(mask, i)) continue;
        const d = at(mean, i) - at(priorMean, i);
        const prior = at(priorLogVariance, i);
        const difference = at(logVariance, i) - prior;
        sum += 0.5 * (Math.exp(difference) + d * d * Math.exp(-prior) - 1 - difference);
      }
      return sum;
    },

    gaussianDivergenceBackward(
      dMean,
      dLogVariance,
      dPriorMean,
      dPriorLogVariance,
      mean,
      logVariance,
      priorMean,
      priorLogVariance,
      mask,
      n,
      scale,
    ) {
      for (let i = 0; i < n; i++) {
        if (!counts(mask, i)) continue;
        const d = at(mean, i) - at(priorMean, i);
        const prior = at(priorLogVariance, i);
        const w = Math.exp(at(logVariance, i) - prior);
        const slope = d * Math.exp(-prior);
        add(dMean, i, scale * slope);
        add(dLogVariance, i, 0.5 * scale * (w - 1));
        add(dPriorMean, i, -scale * slope);
        add(dPriorLogVariance, i, -0.5 * scale * (w - 1 + d * slope));
      }
    },
  };
};
