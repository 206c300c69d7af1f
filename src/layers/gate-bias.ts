/**
 * How the biases of gates begin: at 0, that of a forget gate at 1 (Gers et al. 2000; Jozefowicz et al. 2015), or for
 * memories of many lengths (Tallec and Ollivier 2018, "Can recurrent neural networks warp time?"). A gate that keeps a
 * share sigmoid(b) of its state forgets within about 1 + exp(b) steps: with b = log u and u uniform in [1, chrono - 1),
 * the units of a layer begin with memories of every length up to that.
 */

import { OptionError } from '../errors.js';
import { checkSize } from '../options.js';
import type { Random } from '../random.js';
import type { Initializer } from './initializers.js';

/** Checks the option `chrono` of a layer. @throws OptionError */
export function checkChrono(
  operation: string,
  { chrono, bias }: { readonly chrono?: number | undefined; readonly bias?: boolean },
): number | undefined {
  if (chrono === undefined) return undefined;
  if (bias === false) throw new OptionError(`${operation}: chrono ${chrono} needs biases, and bias is false.`);
  return checkSize(operation, 'chrono', chrono, 2);
}

/**
 * Biases of an LSTM, in the order i f g o of the gates there are.
 * @param blocks 4, or less for gates without f
 */
export function lstmBias(chrono: number | undefined, forgetBias: number = 1, blocks: number = 4): Initializer {
  return (values, _rows, _columns, random) => {
    const H = values.length / blocks;
    if (chrono === undefined) {
      if (blocks === 4) values.fill(forgetBias, H, 2 * H);
      return;
    }
    // What is kept is not written: i begins at -b.
    const kept = memories(H, chrono, random);
    for (let j = 0; j < H; j++) values[j] = -kept[j]!;
    if (blocks === 4) values.set(kept, H);
  };
}

/** Biases of a GRU, in the order r z n; z keeps. */
export function gruBias(chrono: number | undefined): Initializer {
  return (values, _rows, _columns, random) => {
    const H = values.length / 3;
    if (chrono !== undefined) values.set(memories(H, chrono, random), H);
  };
}

/** Biases of n gates that keep the state. */
function memories(n: number, range: number, random: Random): Float64Array {
  return Float64Array.from({ length: n }, () => logarithm(random.between(1, range - 1)));
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
