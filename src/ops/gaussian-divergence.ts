/** The divergence of diagonal Gaussians, for variational models. Equations: src/kernels/gaussian-divergence.ts. */

import { checkEngine, engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { OptionError, ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkKnown } from '../options.js';
import { Axes, formatShape } from '../shape.js';
import { axesOf, checkLossOptions, checkSome, countPositions, recordLoss } from './loss.js';
import type { LossOptions } from './loss.js';

const OPERATION = 'gaussianDivergence';

/** A diagonal Gaussian, both of one shape. */
export interface Gaussian {
  readonly mean: View;
  /** The natural logarithm of the variance. */
  readonly logVariance: View;
}

/** Options of `gaussianDivergence`. */
export interface GaussianDivergenceOptions extends LossOptions {
  /** What the Gaussian is compared with, of the same shape; it has a gradient too. Default: the standard normal. */
  readonly prior?: Gaussian;
}

/**
 * The mean over all rows that count of the divergence of Kullback and Leibler of a diagonal Gaussian from a prior, in
 * nats: summed along Z, in 64 bits.
 * @param posterior mean and logVariance, both (..., Z)
 * @returns a view of one element
 * @throws ShapeError, OptionError; DataError if no row counts
 */
export function gaussianDivergence(posterior: Gaussian, options: GaussianDivergenceOptions = {}): View {
  const isSum = checkLossOptions(OPERATION, options, ['prior']);
  const { prior } = options;
  checkGaussian(OPERATION, 'posterior', posterior);
  if (prior !== undefined) checkGaussian(OPERATION, 'prior', prior);
  const engine = engineOf(posterior.mean);
  const { kernels } = engine;
  const { shape, size: n } = posterior.mean;
  const views = [posterior.mean, posterior.logVariance, prior?.mean, prior?.logVariance];
  checkViews(engine, views);
  const { positions, count } = countPositions(OPERATION, 'mean', shape.slice(0, -1), options);
  const Z = shape.at(-1)!;
  const mask =
    positions === undefined ? 0 : engine.ids(Int32Array.from({ length: n }, (_, i) => positions[Math.floor(i / Z)]!));
  const values = (): Four => views.map((view) => view?.ptr ?? 0) as unknown as Four;
  const sum = kernels.gaussianDivergenceForward(...values(), mask, n);
  const inputs = views.filter((view) => view !== undefined);
  return recordLoss(OPERATION, inputs, sum, isSum ? 1 : count, (scale) => {
    const gradients = views.map((view) => (view?.requiresGrad === true ? view.gradient() : 0)) as unknown as Four;
    kernels.gaussianDivergenceBackward(...gradients, ...values(), mask, n, scale);
  });
}

/** Addresses of mean, logVariance and those of the prior; 0 for what is not there. */
type Four = readonly [number, number, number, number];

/** @throws OptionError if it is no { mean, logVariance } */
export function checkGaussian(operation: string, argument: string, given: Gaussian): void {
  const { mean, logVariance } = Object(given) as Partial<Gaussian>;
  if (mean === undefined || logVariance === undefined) {
    throw new OptionError(`${operation}: ${argument} must be { mean, logVariance }, two views of one shape.`);
  }
  checkKnown(`${operation}: ${argument}`, given, ['mean', 'logVariance']);
}

/** Checks that views have one shape (..., Z) and belong to the engine. @throws ShapeError, RecurraError */
function checkViews(engine: Engine, views: readonly (View | undefined)[]): void {
  const { shape } = views[0]!;
  if (shape.length === 0) throw new ShapeError(`${OPERATION}: mean must be (..., Z), got ${formatShape(shape)}.`);
  const axes = new Axes(OPERATION);
  const names = ['mean', 'logVariance', 'prior.mean', 'prior.logVariance'];
  for (const [i, view] of views.entries()) {
    if (view === undefined) continue;
    checkEngine(OPERATION, view, engine);
    axes.check(names[i]!, view.shape, axesOf(shape));
  }
  checkSome(OPERATION, 'mean', shape);
}
