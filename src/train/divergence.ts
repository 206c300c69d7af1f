/** When a run has diverged, and what it says then. */

import { DivergenceError } from '../errors.js';

/** Where a run stands: place in it, learning rate, limit on the gradient's norm (0: none), and what its loss is. */
export interface Standing {
  readonly where: string;
  readonly lr: number;
  readonly clipNorm: number;
  readonly inNats: boolean;
}

/** The error of a run that has diverged. @param what begins the message: `the loss is NaN` */
export function diverged(what: string, { where, lr, clipNorm }: Standing): DivergenceError {
  const limit = clipNorm > 0 ? '' : ", or set a limit on the gradient's norm";
  return new DivergenceError(
    `train: ${what} ${where}. No update was made from it, and what was saved before is kept. ` +
      `Lower the learning rate (now ${lr})${limit}.`,
  );
}

/**
 * A loss above 709 nats has a perplexity that 64 bits cannot hold. Guessing has ln V, which is below 20: a run that is
 * so far off does not come back, even where its numbers are finite. A loss that is not in nats may be any finite number.
 * @throws DivergenceError
 */
export function checkLoss(name: string, loss: number, standing: Standing): void {
  if (Number.isFinite(standing.inNats ? Math.exp(loss) : loss)) return;
  const beyond = Number.isFinite(loss) ? ', so that its perplexity is infinite,' : '';
  throw diverged(`the ${name} is ${loss}${beyond}`, standing);
}
