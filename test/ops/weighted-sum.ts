/**
 * An operation of the tests: a loss whose gradient by its inputs is known in advance.
 *
 *     loss = sum over k of <v_k, w_k>          dv_k += w_k dloss
 */

import { engineOf } from '../../src/engine.js';
import type { View } from '../../src/memory/view.js';

/** One summand. */
export interface Term {
  readonly view: View;
  /** The upstream gradient of the view, row-major, as many numbers as it has elements. */
  readonly weights: ArrayLike<number>;
}

/** The sum of the products of views with constant weights, a view of one element. */
export function weightedSum(terms: readonly Term[]): View {
  const engine = engineOf(terms[0]!.view);
  const { memory } = engine;
  for (const { view, weights } of terms) {
    if (weights.length !== view.size) throw new Error(`weightedSum: ${view.label} takes ${view.size} weights.`);
  }
  const loss = engine.output('weighted sum', [], true);
  let sum = 0;
  for (const { view, weights } of terms) {
    const values = memory.view(view.ptr, view.size);
    for (let i = 0; i < values.length; i++) sum += values[i]! * weights[i]!;
  }
  memory.view(loss.ptr, 1)[0] = sum;
  engine.tape.record('weightedSum', () => {
    const upstream = memory.view(loss.gradient(), 1)[0]!;
    for (const { view, weights } of terms.filter((term) => term.view.requiresGrad)) {
      const address = view.gradient();
      const gradient = memory.view(address, view.size);
      for (let i = 0; i < gradient.length; i++) gradient[i]! += upstream * weights[i]!;
    }
  });
  return loss;
}
