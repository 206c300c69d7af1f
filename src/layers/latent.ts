/**
 * A latent variable (Kingma and Welling 2013): from features the mean and the log variance of a diagonal Gaussian, a
 * sample of it, and how far it is from a prior.
 *
 *     m = x Wm^T + bm     l = x Wl^T + bl     z = m + e exp(l/2)     KL(N(m, e^l) || prior)
 *
 * Without a prior it is the standard normal. With one, such as another latent's Gaussian, the variable is conditional,
 * as in the variational hierarchical encoder-decoder (Serban et al. 2017).
 */

import type { Engine } from '../engine.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
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
  /** How both weights begin. Default: Xavier. The biases begin at zero. */
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

/** Two linear maps to a Gaussian, and a sample of it. */
export class Latent extends Layer {
  readonly size: number;
  readonly #mean: LinearWeights;
  readonly #logVariance: LinearWeights;

  /** @throws OptionError */
  constructor(engine: Engine, options: LatentOptions) {
    super(engine);
    checkKnown('Latent', options, ['inputSize', 'size', 'init']);
    const I = checkSize('Latent', 'inputSize', options.inputSize);
    const Z = checkSize('Latent', 'size', options.size);
    const { init = xavier } = options;
    const weights = (name: string): [Parameter, Parameter] => [
      this.declare(`weight_${name}`, [Z, I], init),
      this.declare(`bias_${name}`, [Z], constant(0)),
    ];
    this.size = Z;
    this.#mean = new LinearWeights(...weights('mean'));
    this.#logVariance = new LinearWeights(...weights('log_variance'));
  }

  /** The Gaussian alone. @param x (..., I). @throws ShapeError */
  gaussian(x: View): Gaussian {
    return { mean: linear(x, this.#mean), logVariance: linear(x, this.#logVariance) };
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
