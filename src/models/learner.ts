/** A network that learns from batches of examples, of whatever kind. */

import type { View } from '../memory/view.js';
import { Network } from './network.js';

/** How well a model does on examples it does not learn from. */
export interface Score {
  /** Mean over what counts. */
  readonly loss: number;
  /** The share of the examples that are right throughout, where an answer can be right. */
  readonly right?: number | undefined;
  /** Other figures by name, such as `accuracy`, `f1` or `kl`: shown and written down after every epoch. */
  readonly figures?: Readonly<Record<string, number>> | undefined;
}

/** A network with a loss of its own on batches of kind B. */
export abstract class Learner<B> extends Network {
  /** Whether the loss is in nats per token, so that its exponential is a perplexity. */
  readonly inNats: boolean = false;

  /** What it is made of and how many weights it has, in one line. */
  abstract summary(): string;

  /**
   * The mean loss of a batch, within `engine.step` or `engine.evaluate`.
   * @param step updates made before, for what is annealed; none in evaluation, where everything counts in full
   */
  abstract loss(batch: B, step?: number): View;

  /** What the loss of a batch is a mean over: how many tokens, steps or examples count. */
  abstract weight(batch: B): number;

  /** The loss on examples, and what else can be told of them. Evaluates; call it outside of steps. */
  evaluate(batches: Iterable<B>): Score {
    let [sum, count] = [0, 0];
    for (const batch of batches) {
      const weight = this.weight(batch);
      sum += weight * this.engine.evaluate(() => this.loss(batch).item());
      count += weight;
    }
    return { loss: sum / count };
  }
}
