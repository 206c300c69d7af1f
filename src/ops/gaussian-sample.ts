/**
 * A sample of a diagonal Gaussian as a function of noise, so that gradients reach its mean and its variance (Kingma and
 * Welling 2014):
 *
 *     z = m + e^(l/2) ε          dm += dz          dl += dz (z - m) / 2
 */

import { checkEngine, engineOf } from '../engine.js';
import { OptionError, ShapeError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkKnown } from '../options.js';
import { Axes, formatShape } from '../shape.js';
import type { Gaussian } from './gaussian-divergence.js';
import { axesOf } from './loss.js';

const OPERATION = 'gaussianSample';

/**
 * z = mean + e^(logVariance / 2) noise.
 * @param gaussian mean and logVariance of one shape
 * @param noise as many numbers of the standard normal distribution, row-major
 * @returns the same shape
 * @throws ShapeError, OptionError
 */
export function gaussianSample(gaussian: Gaussian, noise: ArrayLike<number>): View {
  checkGaussian(gaussian, noise);
  const { mean, logVariance } = gaussian;
  const engine = engineOf(mean);
  const { kernels, memory, tape } = engine;
  const n = mean.size;
  const z = engine.output(`output of ${OPERATION}`, mean.shape, mean.requiresGrad || logVariance.requiresGrad);
  memory.copy(z.ptr, mean.ptr, n);
  memory.scratch(() => {
    const [tmpNoise, tmpHalf] = [memory.reserve(n), memory.reserve(n)];
    memory.view(tmpNoise, n).set(noise);
    memory.zero(tmpHalf, n);
    kernels.axpy(tmpHalf, logVariance.ptr, n, -0.5);
    // The gradient of the divergence by its mean, (m - m') e^-l', with m = ε, m' = 0 and l' = -l/2: the exponential of
    // the kernels, whose bits are the same everywhere.
    kernels.gaussianDivergenceBackward(z.ptr, 0, 0, 0, tmpNoise, tmpHalf, 0, tmpHalf, 0, n, 1);
  });
  z.keep();
  mean.keep();
  tape.record(OPERATION, () => {
    if (!z.hasGradient) return;
    const dz = z.gradient();
    if (mean.requiresGrad) kernels.axpy(mean.gradient(), dz, n, 1);
    if (!logVariance.requiresGrad) return;
    const { ptr, accumulate } = logVariance.gradientSlot();
    memory.scratch(() => {
      const tmp = memory.reserve(n);
      kernels.addBroadcast(tmp, z.ptr, mean.ptr, 1, n, 0, 1, -1);
      kernels.scale(tmp, n, 0.5);
      kernels.multiplyBroadcast(ptr, dz, tmp, 1, n, 0, 1, accumulate);
    });
  });
  return z;
}

/** @throws ShapeError, OptionError */
function checkGaussian(gaussian: Gaussian, noise: ArrayLike<number>): void {
  const { mean, logVariance } = Object(gaussian) as Partial<Gaussian>;
  if (mean === undefined || logVariance === undefined) {
    throw new OptionError(`${OPERATION}: gaussian must be { mean, logVariance }, two views of one shape.`);
  }
  checkKnown(`${OPERATION}: gaussian`, gaussian, ['mean', 'logVariance']);
  checkEngine(OPERATION, mean, engineOf(mean));
  checkEngine(OPERATION, logVariance, engineOf(mean));
  const axes = axesOf(mean.shape);
  new Axes(OPERATION).check('mean', mean.shape, axes).check('logVariance', logVariance.shape, axes);
  if (noise?.length === mean.size) return;
  throw new ShapeError(
    `${OPERATION}: noise must hold ${mean.size} numbers, got ${String(noise?.length)}. ` +
      `${mean.size} comes from mean ${formatShape(mean.shape)}.`,
  );
}
