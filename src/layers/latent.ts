/**
 * A latent variable (Kingma and Welling 2013): from features the mean and the log variance of a diagonal Gaussian, a
 * sample of it, and how far it is from a prior.
 *
 *     u = tanh(x W^T + b), as often as there are hidden sizes
 *     m = u Wm^T + bm     l = u Wl^T + bl     z = m + e exp(l/2)     KL(N(m, e^l) || prior)
 *
 * Without a prior it is the standard normal. With one, such as another latent's Gaussian, the variable is conditional,
 * as in the variational hierarchical encoder-decoder (Serban et al. 2017).
 */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import type { View } from '../memory/view.js';
import { tanh } from '../ops/activation.js';
import { gaussianDivergence } from '../ops/gaussian-divergence.js';
import type { Gaussian } from '../ops/gaussian-divergence.js';
import { gaussianSample } from '../ops/gaussian-sample.js';
import type { LossOptions } from '../ops/loss.js';
import { linear, LinearWeights } from '../ops/linear.js';
import { checkKnown, checkSize } from '../options.js';
import type { Random } from '../random.js';
import { constant, xavier } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';

/** Options of `Latent`. */
export interface LatentOptions {
  /** I, the last axis of the features. */
  readonly inputSize: number;
  /** Z, the length of the latent vector. */
  readonly size: number;
  /** The widths of the tanh layers before mean and log variance. Default none. */
  readonly hiddenSizes?: readonly number[];
  /** How the weights begin. Default: Xavier. The biases begin at zero. */
  readonly init?: Initializer;
}

/** Options of the forward; mask, lengths and reduction are those of the divergence. */
export interface LatentForwardOptions extends LossOptions {
  /** What the divergence is from. Default: the standard normal. */
  readonly prior?: Gaussian | undefined;
  /** Where the noise is drawn from. Default: the engine's random numbers. */
  readonly random?: Random | undefined;
}

/** What the forward gives. */
export interface LatentResult {
  /** Mean and log variance, (..., Z). */
  readonly posterior: Gaussian;
  /** A sample of it, (..., Z). */
  readonly z: View;
  /** One number, in nats: the mean over the rows, unless the options say otherwise. */
  readonly divergence: View;
}

/** Maps to the mean and the log variance of a Gaussian, and a sample of it. */
export class Latent extends Layer {
  readonly size: number;
  readonly #hidden: readonly LinearWeights[];
  readonly #mean: LinearWeights;
  readonly #logVariance: LinearWeights;

  /** @throws OptionError */
  constructor(engine: Engine, options: LatentOptions) {
    super(engine);
    checkKnown('Latent', options, ['inputSize', 'size', 'hiddenSizes', 'init']);
    const { hiddenSizes = [], init = xavier } = options;
    if (!Array.isArray(hiddenSizes)) {
      throw new OptionError(`Latent: hiddenSizes must be a list of widths, got ${String(hiddenSizes)}.`);
    }
    const widths = hiddenSizes.map((width, k) => checkSize('Latent', `hiddenSizes[${k}]`, width));
    const inputs = [checkSize('Latent', 'inputSize', options.inputSize), ...widths];
    this.size = checkSize('Latent', 'size', options.size);
    this.#hidden = widths.map((width, k) => this.#declareMap(`l${k}`, width, inputs[k]!, init));
    this.#mean = this.#declareMap('mean', this.size, inputs.at(-1)!, init);
    this.#logVariance = this.#declareMap('log_variance', this.size, inputs.at(-1)!, init);
  }

  #declareMap(name: string, O: number, I: number, init: Initializer): LinearWeights {
    return new LinearWeights(
      this.declare(`weight_${name}`, [O, I], init),
      this.declare(`bias_${name}`, [O], constant(0)),
    );
  }

  /** The Gaussian alone. @param x (..., I). @throws ShapeError */
  gaussian(x: View): Gaussian {
    const u = this.#hidden.reduce((below, weights) => tanh(linear(below, weights)), x);
    return { mean: linear(u, this.#mean), logVariance: linear(u, this.#logVariance) };
  }

  /**
   * The Gaussian, a sample of it and its divergence from the prior.
   * @param x (..., I)
   * @throws ShapeError, OptionError
   */
  forward(x: View, options: LatentForwardOptions = {}): LatentResult {
    checkKnown('Latent.forward', options, ['prior', 'random', 'reduction', 'mask', 'lengths']);
    const { prior, random, ...counted } = options;
    const posterior = this.gaussian(x);
    const z = gaussianSample(posterior, { random });
    const divergence = gaussianDivergence(posterior, prior === undefined ? counted : { ...counted, prior });
    return { posterior, z, divergence };
  }
}
