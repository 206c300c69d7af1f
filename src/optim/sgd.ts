/** Stochastic gradient descent, with or without momentum. Rules and sources: src/kernels/optimizer.ts. */

import { OptionError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import { checkFlag, checkKnown, checkNumber } from '../options.js';
import { Optimizer } from './optimizer.js';

/** Options of `SGD`. */
export interface SgdOptions {
  /** Learning rate. */
  readonly lr: number;
  /** 0 (default) is plain descent. */
  readonly momentum?: number;
  /** Nesterov's form of momentum. Default false. */
  readonly nesterov?: boolean;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
}

/** Descent along the gradient, or along its running sum. */
export class SGD extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #weightDecay: number;

  /** @throws OptionError */
  constructor(parameters: readonly Parameter[], options: SgdOptions) {
    checkKnown('SGD', options, ['lr', 'momentum', 'nesterov', 'weightDecay']);
    const momentum = checkNumber('SGD', 'momentum', options.momentum ?? 0, { least: 0, below: 1 });
    const nesterov = checkFlag('SGD', 'nesterov', options.nesterov ?? false);
    const weightDecay = checkNumber('SGD', 'weightDecay', options.weightDecay ?? 0, { least: 0 });
    if (nesterov && momentum === 0) throw new OptionError('SGD: nesterov needs a momentum above 0.');
    super('SGD', parameters, options.lr, momentum > 0 ? ['momentum'] : []);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#weightDecay = weightDecay;
  }

  protected override update(p: number, g: number, [m]: readonly number[], n: number): void {
    const { kernels } = this.engine;
    if (m === undefined) kernels.sgdStep(p, g, n, this.lr, this.#weightDecay);
    else kernels.momentumStep(p, g, m, n, this.lr, this.#weightDecay, this.#momentum, this.#nesterov ? 1 : 0);
  }
}
