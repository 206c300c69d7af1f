/** Parameters for the tests of optimizers, and gradients put there by a real step. */

import { engineOf } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import type { Parameter } from '../../src/memory/parameter.js';
import { drawn } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';

/** Four parameters, with sizes on both sides of a cache line, so that there are gaps between them. */
export function fourParameters(engine: Engine): [Parameter, Parameter, Parameter, Parameter] {
  return [drawn(engine, 'a', [3, 5]), drawn(engine, 'b', [16]), drawn(engine, 'c', [2, 3, 7]), drawn(engine, 'd', [1])];
}

/** Runs a step after which each parameter has the gradient given, and all others none. */
export function setGradients(parameters: readonly Parameter[], gradients: readonly ArrayLike<number>[]): void {
  const terms = () => parameters.map((parameter, i) => ({ view: parameter.view(), weights: gradients[i]! }));
  engineOf(parameters[0]!).step(() => weightedSum(terms()));
}

/** Copies of the values. */
export function valuesOf(parameters: readonly Parameter[]): number[][] {
  return parameters.map((parameter) => Array.from(parameter.toArray()));
}

/** Copies of the gradients. */
export function gradientsOf(parameters: readonly Parameter[]): number[][] {
  return parameters.map((parameter) => Array.from(parameter.gradientToArray()));
}
