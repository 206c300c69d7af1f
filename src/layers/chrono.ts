/**
 * Biases for memories of many lengths (Tallec and Ollivier 2018, "Can recurrent neural networks warp time?"). A gate that
 * keeps a share sigmoid(b) of its state forgets within about 1 + exp(b) steps: with b = log u and u uniform in
 * [1, range - 1), the units of a layer begin with memories of every length up to the range.
 */

import { OptionError } from '../errors.js';
import { checkSize } from '../options.js';
import type { Random } from '../random.js';

/** Checks the option `chrono` of a layer. @throws OptionError */
export function checkChrono(
  operation: string,
  { chrono, bias }: { readonly chrono?: number | undefined; readonly bias?: boolean },
): number | undefined {
  if (chrono === undefined) return undefined;
  if (bias === false) throw new OptionError(`${operation}: chrono ${chrono} needs biases, and bias is false.`);
  return checkSize(operation, 'chrono', chrono, 2);
}

/** Fills the biases of gates that keep the state. */
export function fillChrono(biases: Float64Array, range: number, random: Random): void {
  for (let j = 0; j < biases.length; j++) biases[j] = logarithm(random.between(1, range - 1));
}

/**
 * log x for x of at least 1, from exactly rounded operations only, so that a seed gives the same weights in every runtime:
 * x = m 2^k with 1 <= m < 2, log m = 2 artanh((m - 1) / (m + 1)), whose series ends below 2^-53 after 17 terms.
 */
function logarithm(x: number): number {
  let k = 0;
  for (; x >= 2; k++) x /= 2;
  const z = (x - 1) / (x + 1);
  let sum = 0;
  for (let n = 33; n > 0; n -= 2) sum = sum * z * z + 1 / n;
  return k * Math.LN2 + 2 * z * sum;
}
