/** RMSprop (Tieleman and Hinton 2012). Rule: src/kernels/optimizer.ts. */

import type { Parameter } from '../memory/parameter.js';
import { checkKnown, checkNumber } from '../options.js';
import { Optimizer } from './optimizer.js';

/** Options of `RMSprop`. */
export interface RmspropOptions {
  /** Learning rate. */
  readonly lr: number;
  /** How much of the running mean of squares is kept. Default 0.99. */
  readonly alpha?: number;
  /** Added to the root, at least 1e-30. Default 1e-8. */
  readonly epsilon?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
}

/** Descent along the gradient divided by its running root mean square. */
export class RMSprop extends Optimizer {
  readonly #alpha: number;
  readonly #epsilon: number;
  readonly #weightDecay: number;

  /** @throws OptionError */
  constructor(parameters: readonly Parameter[], options: RmspropOptions) {
    checkKnown('RMSprop', options, ['lr', 'alpha', 'epsilon', 'weightDecay']);
    const alpha = checkNumber('RMSprop', 'alpha', options.alpha ?? 0.99, { least: 0, below: 1 });
    const epsilon = checkNumber('RMSprop', 'epsilon', options.epsilon ?? 1e-8, { least: 1e-30 });
    const weightDecay = checkNumber('RMSprop', 'weightDecay', options.weightDecay ?? 0, { least: 0 });
    super('RMSprop', parameters, options.lr, ['square']);
    this.#alpha = alpha;
    this.#epsilon = epsilon;
    this.#weightDecay = weightDecay;
  }

  protected override update(p: number, g: number, [v]: readonly number[], n: number): void {
    this.engine.kernels.rmspropStep(p, g, v!, n, this.lr, this.#weightDecay, this.#alpha, this.#epsilon);
  }
}
