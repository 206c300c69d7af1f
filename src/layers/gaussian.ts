/**
 * A diagonal Gaussian that follows from its input: layers of tanh, then a linear map for its mean and one for the
 * logarithm of its variance (Kingma and Welling 2014, appendix C.2).
 */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import type { View } from '../memory/view.js';
import { tanh } from '../ops/activation.js';
import type { Gaussian } from '../ops/gaussian-divergence.js';
import { linear, LinearWeights } from '../ops/linear.js';
import { checkKnown, checkSize } from '../options.js';
import { constant, xavier } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';

/** Options of `GaussianLayer`. */
export interface GaussianLayerOptions {
  /** I, the last axis of the input. */
  readonly inputSize: number;
  /** Z, the last axis of mean and log variance. */
  readonly size: number;
  /** The widths of the tanh layers before them. Default none. */
  readonly hiddenSizes?: readonly number[];
  /** How the weights begin. Default: Xavier. Biases begin at zero. */
  readonly init?: Initializer;
}

/** u = tanh(W u + b), as often as there are hidden sizes; mean = W u + b, logVariance = W' u + b'. */
export class GaussianLayer extends Layer {
  readonly #hidden: readonly LinearWeights[];
  readonly #mean: LinearWeights;
  readonly #logVariance: LinearWeights;

  /** @throws OptionError */
  constructor(engine: Engine, options: GaussianLayerOptions) {
    super(engine);
    checkKnown('GaussianLayer', options, ['inputSize', 'size', 'hiddenSizes', 'init']);
    const { hiddenSizes = [], init = xavier } = options;
    if (!Array.isArray(hiddenSizes)) {
      throw new OptionError(`GaussianLayer: hiddenSizes must be a list of widths, got ${String(hiddenSizes)}.`);
    }
    const widths = hiddenSizes.map((width, k) => checkSize('GaussianLayer', `hiddenSizes[${k}]`, width));
    const inputs = [checkSize('GaussianLayer', 'inputSize', options.inputSize), ...widths];
    const Z = checkSize('GaussianLayer', 'size', options.size);
    this.#hidden = widths.map((width, k) => this.#declareMap(`l${k}`, width, inputs[k]!, init));
    this.#mean = this.#declareMap('mean', Z, inputs.at(-1)!, init);
    this.#logVariance = this.#declareMap('log_variance', Z, inputs.at(-1)!, init);
  }

  #declareMap(name: string, O: number, I: number, init: Initializer): LinearWeights {
    return new LinearWeights(
      this.declare(`weight_${name}`, [O, I], init),
      this.declare(`bias_${name}`, [O], constant(0)),
    );
  }

  /**
   * @param x any shape that ends in I
   * @returns views of the same shape with Z at the end
   * @throws ShapeError
   */
  forward(x: View): Gaussian {
    const u = this.#hidden.reduce((below, weights) => tanh(linear(below, weights)), x);
    return { mean: linear(u, this.#mean), logVariance: linear(u, this.#logVariance) };
  }
}
