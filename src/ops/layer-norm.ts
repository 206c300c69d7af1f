/** Layer normalisation over the last axis. Equations and source: src/kernels/layer-norm.ts. */

import { checkEngine, engineOf } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { checkKnown, checkNumber } from '../options.js';
import { Axes, formatShape } from '../shape.js';

/** Options of `layerNorm`. */
export interface LayerNormParameters {
  /** (N), multiplied; ones if not given. */
  readonly gain?: Parameter | undefined;
  /** (N), added; zeros if not given. */
  readonly bias?: Parameter | undefined;
  /** Added to the variance. Default 1e-5, as in PyTorch. */
  readonly eps?: number;
}

/**
 * y = gain (x - mean) / sqrt(variance + eps) + bias, each row of the last axis on its own.
 * @param x any shape that ends in N
 * @returns the same shape
 * @throws ShapeError, OptionError
 */
export function layerNorm(x: View, options: LayerNormParameters = {}): View {
  const engine = engineOf(x);
  checkEngine('layerNorm', x, engine);
  checkKnown('layerNorm', options, ['gain', 'bias', 'eps']);
  const { gain, bias, eps = 1e-5 } = options;
  checkNumber('layerNorm', 'eps', eps, { above: 0 });
  const width = x.shape.at(-1) ?? 0;
  if (width === 0) throw new ShapeError(`layerNorm: x must be (..., N), got ${formatShape(x.shape)}. N is at least 1.`);
  const axes = new Axes('layerNorm').bind('N', width, 'the last axis of x');
  if (gain !== undefined) axes.check('gain', gain.shape, 'N');
  if (bias !== undefined) axes.check('bias', bias.shape, 'N');
  const { kernels, memory, tape } = engine;
  const rows = x.size / width;
  const requiresGrad = x.requiresGrad || (tape.recording && (gain ?? bias) !== undefined);
  const y = engine.output('output of layerNorm', x.shape, requiresGrad);
  const stats = memory.reserve(2 * rows);
  kernels.layerNormForward(y.ptr, stats, x.ptr, gain?.ptr ?? 0, bias?.ptr ?? 0, rows, width, 0, eps);
  x.keep();
  tape.record('layerNorm', () => {
    if (!y.hasGradient) return;
    const dy = y.gradient();
    const [dGain, dBias] = [gain?.gradientPtr ?? 0, bias?.gradientPtr ?? 0];
    if (dGain + dBias > 0) kernels.layerNormBackwardWeights(dGain, dBias, dy, x.ptr, stats, rows, width, width);
    if (!x.requiresGrad) return;
    const dx = x.gradientSlot();
    kernels.layerNormBackward(dx.ptr, dy, x.ptr, stats, gain?.ptr ?? 0, rows, width, dx.accumulate);
  });
  return y;
}
