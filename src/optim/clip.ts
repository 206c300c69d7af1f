/** Limits on gradients. Clipping by norm and by value are different things, and both have their recipes. */

import { engineOf } from '../engine.js';
import { DivergenceError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import { checkNumber } from '../shape.js';
import { rangesOf } from './ranges.js';

/**
 * The Euclidean norm of all gradients together.
 * @throws DivergenceError if it is not finite
 */
export function gradNorm(parameters: readonly Parameter[]): number {
  const { base, sumSquares } = gradients('gradNorm', parameters);
  let sum = 0;
  for (const { offset, floats } of rangesOf('gradNorm', parameters)) sum += sumSquares(base + offset, floats);
  if (Number.isFinite(sum)) return Math.sqrt(sum);
  throw new DivergenceError(
    'the gradient is not finite. The weights were not touched. Lower the learning rate, clip the gradient, or look at the data.',
  );
}

/**
 * Scales all gradients by one factor so that their norm is at most maxNorm (Pascanu, Mikolov and Bengio 2013).
 * @returns the norm before
 * @throws DivergenceError if the norm is not finite
 */
export function clipGradNorm(parameters: readonly Parameter[], maxNorm: number): number {
  checkNumber('clipGradNorm', 'maxNorm', maxNorm, { above: 0 });
  const norm = gradNorm(parameters);
  if (norm <= maxNorm) return norm;
  const { base, scale } = gradients('clipGradNorm', parameters);
  for (const { offset, floats } of rangesOf('clipGradNorm', parameters)) {
    // The small term, PyTorch's, keeps the clipped norm below maxNorm after rounding.
    scale(base + offset, floats, maxNorm / (norm + 1e-6));
  }
  return norm;
}

/** Limits every element of the gradients to [-limit, limit]. */
export function clipGradValue(parameters: readonly Parameter[], limit: number): void {
  checkNumber('clipGradValue', 'limit', limit, { above: 0 });
  const { base, clampValues } = gradients('clipGradValue', parameters);
  for (const { offset, floats } of rangesOf('clipGradValue', parameters)) clampValues(base + offset, floats, limit);
}

function gradients(operation: string, parameters: readonly Parameter[]) {
  rangesOf(operation, parameters);
  const { kernels, memory } = engineOf(parameters[0]!);
  return { base: memory.region('gradients').base, ...kernels };
}
