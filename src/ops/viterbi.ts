/**
 * The best sequence of labels under a chain (Viterbi 1967, Forney 1973): the forward algorithm with the largest term in
 * place of the sum.
 *
 *     delta_1 = start + e_1          delta_t[j] = e_t[j] + max_i (delta_{t-1}[i] + A_ij)
 */

import type { View } from '../memory/view.js';
import { checkCrf } from './crf.js';
import type { CrfOptions, CrfParameters } from './crf.js';

/** The best labels of each sequence, and their scores. */
export interface Decoded {
  readonly paths: readonly Int32Array[];
  readonly scores: Float64Array;
}

/**
 * The labels of the highest score, the lowest ids among equals. Sums and comparisons in 64 bits, no gradient.
 * @param emissions (T, B, K)
 * @throws ShapeError, OptionError; DataError for a length that cannot be
 */
export function viterbi(emissions: View, parameters: CrfParameters, options: CrfOptions = {}): Decoded {
  const lengths = checkCrf('viterbi', emissions, parameters, options);
  const [, B, K] = emissions.shape as [number, number, number];
  const values = emissions.toArray();
  const [transitions, start, end] = [parameters.transitions, parameters.start, parameters.end].map((p) => p.toArray());
  const scores = new Float64Array(B);
  const paths = Array.from(lengths, (T, b) => {
    const emission = (t: number, j: number): number => values[(t * B + b) * K + j]!;
    let delta = Float64Array.from({ length: K }, (_, j) => start![j]! + emission(0, j));
    const from = new Int32Array(T * K);
    for (let t = 1; t < T; t++) {
      const into = (i: number, j: number): number => delta[i]! + transitions![i * K + j]!;
      for (let j = 0; j < K; j++) from[t * K + j] = best(K, (i) => into(i, j));
      delta = delta.map((_, j) => into(from[t * K + j]!, j) + emission(t, j));
    }
    const path = new Int32Array(T).fill(best(K, (j) => delta[j]! + end![j]!));
    scores[b] = delta[path[T - 1]!]! + end![path[T - 1]!]!;
    for (let t = T - 1; t > 0; t--) path[t - 1] = from[t * K + path[t]!]!;
    return path;
  });
  return { paths, scores };
}

/** The first of the largest of n values. */
function best(n: number, value: (i: number) => number): number {
  let found = 0;
  for (let i = 1; i < n; i++) if (value(i) > value(found)) found = i;
  return found;
}
