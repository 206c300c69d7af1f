/**
 * What models with a latent variable learn by: the evidence lower bound (Kingma and Welling 2013), in nats an example,
 *
 *     -ELBO = -E[log p(x | z)] + KL(q(z | x) || p(z))     z ~ q(z | x)
 *
 * with the divergence weighted in training (Higgins et al. 2017), and annealed so that the decoder comes to use the
 * latent before it has to pay for it (Bowman et al. 2016). A plain autoencoder has the first term alone.
 */

import type { FloatTensor } from '../data/sequences.js';
import { OptionError } from '../errors.js';
import type { View } from '../memory/view.js';
import { add, multiply } from '../ops/broadcast.js';
import { checkFlag, checkNumber, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';
import { Learner } from './learner.js';
import type { Score } from './learner.js';

/** Options of every autoencoder. */
export interface VariationalOptions {
  /** Z, the length of the code. */
  readonly codeSize: number;
  /** Whether the code is a Gaussian that is sampled; else it is one vector. Default true. */
  readonly variational?: boolean | undefined;
  /** What the divergence counts in training, once annealed. In evaluation it counts 1. Default 1. */
  readonly klWeight?: number | undefined;
  /** Updates over which that weight rises from 0, in a straight line. Default 0: it is there from the first on. */
  readonly annealSteps?: number | undefined;
}

/** With every default filled in. */
export type FullVariationalOptions = {
  readonly [K in keyof VariationalOptions]-?: Exclude<VariationalOptions[K], undefined>;
};

/** The names of those options. */
export const VARIATIONAL_OPTIONS = ['codeSize', 'variational', 'klWeight', 'annealSteps'] as const;

/** Fills in defaults and checks everything. @throws OptionError, also for what a plain autoencoder has no use for */
export function fullVariationalOptions(operation: string, options: VariationalOptions): FullVariationalOptions {
  const full = {
    codeSize: checkSize(operation, 'codeSize', options.codeSize),
    variational: checkFlag(operation, 'variational', options.variational ?? true),
    klWeight: checkNumber(operation, 'klWeight', options.klWeight ?? 1, { least: 0 }),
    annealSteps: checkSize(operation, 'annealSteps', options.annealSteps ?? 0, 0),
  };
  if (full.variational || (full.klWeight === 1 && full.annealSteps === 0)) return full;
  const [name, value] = full.klWeight === 1 ? ['annealSteps', full.annealSteps] : ['klWeight', full.klWeight];
  throw new OptionError(
    `${operation}: ${name} ${value} is for a divergence, and variational false has none. Leave ${name} out.`,
  );
}

/** Codes drawn from the standard normal, (count, Z). @throws OptionError for a model that is not variational */
export function drawCodes(
  operation: string,
  { codeSize, variational }: FullVariationalOptions,
  count: number,
  seed: number = 1,
): FloatTensor {
  checkSeed(operation, seed);
  if (!variational) {
    throw new OptionError(
      `${operation}: codes are drawn from a prior, and variational false has none. Train with variational true.`,
    );
  }
  const drawn = new Float64Array(count * codeSize);
  new Random(seed).fillNormal(drawn, 1);
  return { data: Float32Array.from(drawn), shape: [count, codeSize] };
}

/** Both terms of the bound, means over the examples of a batch. */
export interface Evidence {
  /** -log p(x | z). */
  readonly reconstruction: View;
  /** None for a plain autoencoder. */
  readonly divergence?: View | undefined;
}

/** The noise of evaluation is always the same, so that a model has one figure and evaluating it changes nothing. */
const EVALUATION_SEED = 1;

/** A model that learns to say its examples again, through a code. */
export abstract class VariationalLearner<B> extends Learner<B> {
  /** Everything it was made from. */
  abstract readonly options: FullVariationalOptions;

  /** Both terms, with the noise drawn from `random`. */
  protected abstract evidence(batch: B, random: Random): Evidence;

  /**
   * The negative bound, in nats an example; in training with the divergence weighted.
   * @param step updates made before, for the annealing; without it the weight is there in full
   */
  override loss(batch: B, step?: number): View {
    const { recording } = this.engine.tape;
    const random = recording ? this.engine.random : new Random(EVALUATION_SEED);
    const { reconstruction, divergence } = this.evidence(batch, random);
    if (divergence === undefined) return reconstruction;
    return add(reconstruction, multiply(divergence, recording ? this.#klWeight(step) : 1));
  }

  #klWeight(step: number = Infinity): number {
    const { klWeight, annealSteps } = this.options;
    return step < annealSteps ? (klWeight * step) / annealSteps : klWeight;
  }

  /** The negative bound in nats an example; for a variational model its terms too, as `reconstruction` and `kl`. */
  override evaluate(batches: Iterable<B>): Score {
    const random = new Random(EVALUATION_SEED);
    let [count, reconstruction, kl] = [0, 0, 0];
    for (const batch of batches) {
      const weight = this.weight(batch);
      const terms = this.engine.evaluate(() => {
        const evidence = this.evidence(batch, random);
        return { reconstruction: evidence.reconstruction.item(), kl: evidence.divergence?.item() ?? 0 };
      });
      reconstruction += weight * terms.reconstruction;
      kl += weight * terms.kl;
      count += weight;
    }
    if (!this.options.variational) return { loss: reconstruction / count };
    const figures = { reconstruction: reconstruction / count, kl: kl / count };
    return { loss: figures.reconstruction + figures.kl, figures };
  }
}
