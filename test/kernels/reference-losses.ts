/**
 * The losses once more, straight from the equations of their contracts, as reference.ts has the other kernels. What
 * does not count is left out of every sum.
 */

import { LOGITS } from '../../src/kernels/codes.js';

type Numbers = readonly number[];

/** One loss of a prediction y and a target t, and its slope by y. */
export interface Pointwise {
  readonly loss: (y: number, t: number, delta: number) => number;
  readonly slope: (y: number, t: number, delta: number) => number;
}

/** By kind, as in src/kernels/pointwise-loss.ts: squared, absolute, Huber, logistic. */
export const pointwise: readonly Pointwise[] = [
  { loss: (y, t) => (y - t) ** 2, slope: (y, t) => 2 * (y - t) },
  { loss: (y, t) => Math.abs(y - t), slope: (y, t) => (y > t ? 1 : y < t ? -1 : y - t) },
  {
    loss: (y, t, delta) => (Math.abs(y - t) <= delta ? (y - t) ** 2 / 2 : delta * (Math.abs(y - t) - delta / 2)),
    slope: (y, t, delta) => (Math.abs(y - t) > delta ? delta * Math.sign(y - t) : y - t),
  },
  {
    // -t log p - (1 - t) log(1 - p), p = 1 / (1 + e^-y), where 1 - p = 1 / (1 + e^y).
    loss: (y, t) => t * Math.log1p(Math.exp(-y)) + (1 - t) * Math.log1p(Math.exp(y)),
    slope: (y, t) => 1 / (1 + Math.exp(-y)) - t,
  },
];

/** A sum over what counts: mask undefined, or other than 0. */
export function sumWhere(mask: Numbers | undefined, terms: Numbers): number {
  return terms.reduce((sum, term, i) => (mask?.[i] === 0 ? sum : sum + term), 0);
}

/** x where it counts, else 0. */
export function keepWhere(mask: Numbers | undefined, x: Numbers): number[] {
  return x.map((value, i) => (mask?.[i] === 0 ? 0 : value));
}

/** Four arguments of a divergence of Gaussians. */
export interface Gaussians {
  readonly mean: Numbers;
  readonly logVariance: Numbers;
  readonly priorMean: Numbers;
  readonly priorLogVariance: Numbers;
}

/** log(sigma' / sigma) + (sigma^2 + d^2) / (2 sigma'^2) - 1/2, element by element. */
export function gaussianDivergence({ mean, logVariance, priorMean, priorLogVariance }: Gaussians): number[] {
  return mean.map((m, i) => {
    const [sigma, prior] = [Math.exp(logVariance[i]! / 2), Math.exp(priorLogVariance[i]! / 2)];
    return Math.log(prior / sigma) + (sigma ** 2 + (m - priorMean[i]!) ** 2) / (2 * prior ** 2) - 0.5;
  });
}

/** Its gradients by the four, each times scale. */
export function gaussianGradients(by: Gaussians, scale: number): Gaussians {
  const of = (slope: (d: number, variance: number, prior: number) => number): number[] =>
    by.mean.map((m, i) => {
      return scale * slope(m - by.priorMean[i]!, Math.exp(by.logVariance[i]!), Math.exp(by.priorLogVariance[i]!));
    });
  return {
    mean: of((d, _, prior) => d / prior),
    logVariance: of((_, variance, prior) => (variance / prior - 1) / 2),
    priorMean: of((d, _, prior) => -d / prior),
    priorLogVariance: of((d, variance, prior) => (1 - (variance + d * d) / prior) / 2),
  };
}

/** A loss against distributions p (n, V): of each row, and the log-sum that it saves; 0 and 0 for rows masked. */
export function softTargets(
  x: Numbers,
  p: Numbers,
  mask: Numbers | undefined,
  V: number,
  form: number,
  divergence: boolean,
): { losses: number[]; logSums: number[] } {
  const n = V === 0 ? 0 : x.length / V;
  const logSums = Array.from({ length: n }, (_, row) => {
    if (mask?.[row] === 0 || form !== LOGITS) return 0;
    const values = x.slice(row * V, (row + 1) * V);
    const top = values.reduce((most, value) => Math.max(most, value));
    return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
  });
  const losses = logSums.map((logSum, row) => {
    if (mask?.[row] === 0) return 0;
    let loss = 0;
    for (let v = row * V; v < (row + 1) * V; v++) {
      if (p[v]! > 0) loss -= p[v]! * (x[v]! - logSum) - (divergence ? p[v]! * Math.log(p[v]!) : 0);
    }
    return loss;
  });
  return { losses, logSums };
}

/** Its gradient by x, times scale. */
export function softTargetsGradient(
  x: Numbers,
  p: Numbers,
  logSums: Numbers,
  mask: Numbers | undefined,
  V: number,
  form: number,
  scale: number,
): number[] {
  return x.map((value, i) => {
    const row = Math.floor(i / V);
    if (mask?.[row] === 0) return 0;
    const total = p.slice(row * V, (row + 1) * V).reduce((sum, share) => sum + share, 0);
    return scale * ((form === LOGITS ? total * Math.exp(value - logSums[row]!) : 0) - p[i]!);
  });
}

/** What smoothing adds to the losses of rows. */
export function labelSmoothing(x: Numbers, targets: Numbers, V: number, ignored: number, smoothing: number): number[] {
  return targets.map((target, row) => {
    if (target === ignored) return 0;
    const values = x.slice(row * V, (row + 1) * V);
    return smoothing * (values[target]! - values.reduce((sum, value) => sum + value, 0) / V);
  });
}

/** What smoothing adds to the gradient of logits (n, V). */
export function labelSmoothingGradient(targets: Numbers, V: number, ignored: number, amount: number): number[] {
  return targets.flatMap((target) =>
    Array.from({ length: V }, (_, v) => (target === ignored ? 0 : amount * ((v === target ? 1 : 0) - 1 / V))),
  );
}
