/**
 * A sample of a diagonal Gaussian through which gradients flow (Kingma and Welling 2013, section 2.4: the
 * reparameterisation). With noise e of mean 0 and variance 1, mean m and log variance l:
 *
 *     z = m + e exp(l/2)          dm += dz          dl += dz e exp(l/2) / 2
 */

import { checkEngine, engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import type { View } from '../memory/view.js';
import { Random } from '../random.js';
import { checkKnown } from '../options.js';
import { Axes } from '../shape.js';
import { checkGaussian } from './gaussian-divergence.js';
import type { Gaussian } from './gaussian-divergence.js';
import { axesOf } from './loss.js';

const OPERATION = 'gaussianSample';

/** Options of `gaussianSample`. */
export interface GaussianSampleOptions {
  /** Where the noise is drawn from, in the order of the elements. Default: the engine's random numbers. */
  readonly random?: Random | undefined;
}

/**
 * z = mean + noise exp(logVariance / 2), each element with noise of its own. It draws in evaluation too.
 * @param gaussian mean and logVariance, of one shape
 * @returns the same shape
 * @throws ShapeError, OptionError
 */
export function gaussianSample(gaussian: Gaussian, options: GaussianSampleOptions = {}): View {
  checkKnown(OPERATION, options, ['random']);
  checkGaussian(OPERATION, 'gaussian', gaussian);
  const { mean, logVariance } = gaussian;
  const engine = engineOf(mean);
  checkEngine(OPERATION, mean, engine);
  checkEngine(OPERATION, logVariance, engine);
  const axes = axesOf(mean.shape);
  new Axes(OPERATION).check('mean', mean.shape, axes).check('logVariance', logVariance.shape, axes);
  const n = mean.size;
  const offset = offsets(engine, logVariance, options.random ?? engine.random);
  const z = engine.output(`output of ${OPERATION}`, mean.shape, mean.requiresGrad || logVariance.requiresGrad);
  const { kernels, memory, tape } = engine;
  kernels.addBroadcast(z.ptr, mean.ptr, offset, 1, n, 0, 1, 1);
  tape.record(OPERATION, () => {
    if (!z.hasGradient) return;
    if (mean.requiresGrad) kernels.axpy(mean.gradient(), z.gradient(), n, 1);
    if (!logVariance.requiresGrad) return;
    const dl = logVariance.gradient();
    memory.scratch(() => {
      const tmp = memory.reserve(n);
      kernels.multiplyBroadcast(tmp, z.gradient(), offset, 1, n, 0, 1, 0);
      kernels.axpy(dl, tmp, n, 0.5);
    });
  });
  return z;
}

/**
 * e exp(l/2), (n). The divergence of N(e, ...) from N(0, exp(-l/2)) has just this gradient by its mean, and that kernel
 * has an exponential which is the same in every runtime.
 */
function offsets({ memory, kernels }: Engine, logVariance: View, random: Random): number {
  if (!(random instanceof Random))
    throw new OptionError(`${OPERATION}: random must be a Random, such as new Random(1).`);
  const n = logVariance.size;
  const offset = memory.reserve(n);
  memory.zero(offset, n);
  memory.scratch(() => {
    const noise = memory.reserve(n);
    const half = memory.reserve(n);
    const drawn = new Float64Array(n);
    random.fillNormal(drawn, 1);
    memory.view(noise, n).set(drawn);
    memory.copy(half, logVariance.ptr, n);
    kernels.scale(half, n, -0.5);
    kernels.gaussianDivergenceBackward(offset, 0, 0, 0, noise, half, 0, half, 0, n, 1);
  });
  return offset;
}
