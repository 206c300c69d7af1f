/** Layer normalisation with trainable gain and bias. Equations and source: src/kernels/layer-norm.ts. */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { layerNorm } from '../ops/layer-norm.js';
import { checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { Axes } from '../shape.js';
import { constant } from './initializers.js';
import { Layer } from './layer.js';

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** N, the last axis of the input. */
  readonly size: number;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether there is a gain, and a bias unless that is left out. Default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether there is a bias. Default: as elementwiseAffine. */
  readonly bias?: boolean;
}

/** y = weight (x - mean) / sqrt(variance + eps) + bias over the last axis. */
export class LayerNorm extends Layer {
  readonly size: number;
  readonly eps: number;
  /** The gain (N), which begins at one, if there is one. */
  readonly weight: Parameter | undefined;
  /** (N), which begins at zero, if there is one. */
  readonly bias: Parameter | undefined;

  /** @throws OptionError */
  constructor(engine: Engine, options: LayerNormOptions) {
    super(engine);
    checkKnown('LayerNorm', options, ['size', 'eps', 'elementwiseAffine', 'bias']);
    this.size = checkSize('LayerNorm', 'size', options.size);
    this.eps = checkNumber('LayerNorm', 'eps', options.eps ?? 1e-5, { above: 0 });
    const affine = checkFlag('LayerNorm', 'elementwiseAffine', options.elementwiseAffine ?? true);
    const bias = checkFlag('LayerNorm', 'bias', options.bias ?? affine);
    if (bias && !affine) {
      throw new OptionError('LayerNorm: bias true needs elementwiseAffine true, got false. Leave one of them out.');
    }
    this.weight = affine ? this.declare('weight', [this.size], constant(1)) : undefined;
    this.bias = bias ? this.declare('bias', [this.size], constant(0)) : undefined;
  }

  /**
   * @param x any shape that ends in N
   * @returns the same shape
   * @throws ShapeError
   */
  forward(x: View): View {
    new Axes('LayerNorm').bind('N', this.size, 'size').check('the last axis of x', x.shape.slice(-1), 'N');
    return layerNorm(x, { gain: this.weight, bias: this.bias, eps: this.eps });
  }
}
