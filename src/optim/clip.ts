/** Limits on gradients. Clipping by norm and by value are different things, and both have their recipes. */

import { engineOf } from '../engine.js';
import { DivergenceError } from '../errors.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Parameter } from '../memory/parameter.js';
import { checkNumber } from '../options.js';
import { rangesOf } from './ranges.js';

/**
 * The Euclidean norm of all gradients together.
 * @throws DivergenceError if it is not finite
 */
export function gradNorm(parameters: readonly Parameter[]): number {
  return normOf(gradientsOf('gradNorm', parameters));
}

/**
 * Scales all gradients by one factor so that their norm is at most maxNorm (Pascanu, Mikolov and Bengio 2013).
 * @returns the norm before
 * @throws DivergenceError if the norm is not finite
 */
export function clipGradNorm(parameters: readonly Parameter[], maxNorm: number): number {
  checkNumber('clipGradNorm', 'maxNorm', maxNorm, { above: 0 });
  const gradients = gradientsOf('clipGradNorm', parameters);
  const norm = normOf(gradients);
  if (norm <= maxNorm) return norm;
  // The small term, PyTorch's, keeps the clipped norm below maxNorm after rounding.
  const factor = maxNorm / (norm + 1e-6);
  for (const { ptr, floats } of gradients.ranges) gradients.kernels.scale(ptr, floats, factor);
  return norm;
}

/**
 * Limits every element of the gradients to [-limit, limit].
 * @throws DivergenceError if one is not finite: cut to the limit, it would pass for a gradient
 */
export function clipGradValue(parameters: readonly Parameter[], limit: number): void {
  checkNumber('clipGradValue', 'limit', limit, { above: 0 });
  const gradients = gradientsOf('clipGradValue', parameters);
  normOf(gradients);
  for (const { ptr, floats } of gradients.ranges) gradients.kernels.clampValues(ptr, floats, limit);
}

/** The gradients of some parameters: flat ranges by address, and the kernels that run over them. */
interface Gradients {
  readonly kernels: Kernels;
  readonly ranges: readonly { readonly ptr: number; readonly floats: number }[];
}

function gradientsOf(operation: string, parameters: readonly Parameter[]): Gradients {
  const ranges = rangesOf(operation, parameters);
  const { kernels, memory } = engineOf(parameters[0]!);
  const { base } = memory.region('gradients');
  return { kernels, ranges: ranges.map(({ offset, floats }) => ({ ptr: base + offset, floats })) };
}

function normOf({ kernels, ranges }: Gradients): number {
  const sum = ranges.reduce((total, { ptr, floats }) => total + kernels.sumSquares(ptr, floats), 0);
  if (Number.isFinite(sum)) return Math.sqrt(sum);
  throw new DivergenceError(
    'the gradient is not finite. The weights were not touched. Lower the learning rate, clip the gradient, or look at the data.',
  );
}
