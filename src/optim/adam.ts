/** Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019). Rules: src/kernels/optimizer.ts. */

import type { Parameter } from '../memory/parameter.js';
import { checkKnown, checkNumber } from '../options.js';
import { Optimizer } from './optimizer.js';

/** Options of `Adam` and `AdamW`. */
export interface AdamOptions {
  /** Learning rate. */
  readonly lr: number;
  /** How much of the running mean is kept. Default 0.9. */
  readonly beta1?: number;
  /** How much of the running mean of squares is kept. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root, at least 1e-30. Default 1e-8. */
  readonly epsilon?: number;
  /** Adam: L2 penalty, default 0. AdamW: decoupled decay, default 0.01. */
  readonly weightDecay?: number;
}

/** One rule with two ways of weight decay. */
abstract class AdamRule extends Optimizer {
  readonly #decoupled: boolean;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  readonly #weightDecay: number;
  // beta^t by repeated multiplication, which is exact arithmetic: Math.pow may differ between runtimes.
  #power1: number = 1;
  #power2: number = 1;

  constructor(name: string, parameters: readonly Parameter[], options: AdamOptions, decoupled: boolean) {
    checkKnown(name, options, ['lr', 'beta1', 'beta2', 'epsilon', 'weightDecay']);
    const beta1 = checkNumber(name, 'beta1', options.beta1 ?? 0.9, { least: 0, below: 1 });
    const beta2 = checkNumber(name, 'beta2', options.beta2 ?? 0.999, { least: 0, below: 1 });
    const epsilon = checkNumber(name, 'epsilon', options.epsilon ?? 1e-8, { least: 1e-30 });
    const weightDecay = checkNumber(name, 'weightDecay', options.weightDecay ?? (decoupled ? 0.01 : 0), { least: 0 });
    super(name, parameters, options.lr, ['mean', 'square']);
    this.#decoupled = decoupled;
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#epsilon = epsilon;
    this.#weightDecay = weightDecay;
  }

  protected override beforeUpdate(): void {
    this.#power1 *= this.#beta1;
    this.#power2 *= this.#beta2;
  }

  protected override update(p: number, g: number, [m, v]: readonly number[], n: number): void {
    this.engine.kernels.adamStep(
      p,
      g,
      m!,
      v!,
      n,
      this.lr,
      this.#weightDecay,
      this.#decoupled ? 1 : 0,
      this.#beta1,
      this.#beta2,
      this.#epsilon,
      1 - this.#power1,
      1 - this.#power2,
    );
  }

  protected override numbers(): Record<string, number> {
    return { power1: this.#power1, power2: this.#power2 };
  }

  protected override setNumbers(numbers: Readonly<Record<string, number>>): void {
    this.#power1 = numbers['power1']!;
    this.#power2 = numbers['power2']!;
  }
}

/** Adam; weight decay is an L2 penalty. */
export class Adam extends AdamRule {
  /** @throws OptionError */
  constructor(parameters: readonly Parameter[], options: AdamOptions) {
    super('Adam', parameters, options, false);
  }
}

/** Adam with decoupled weight decay. */
export class AdamW extends AdamRule {
  /** @throws OptionError */
  constructor(parameters: readonly Parameter[], options: AdamOptions) {
    super('AdamW', parameters, options, true);
  }
}
