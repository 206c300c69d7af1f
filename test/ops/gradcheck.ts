/**
 * Gradients against finite differences, on 64-bit floats. The loss is the sum of all outputs, each element weighted by
 * a random upstream gradient of its own, so that no error can cancel.
 *
 * A central difference D(s) = (f(x + s) - f(x - s)) / 2s errs by a multiple of s^2; Richardson's extrapolation
 * (4 D(s / 2) - D(s)) / 3 leaves s^4, below 1e-14 for s = 1e-3, so the step can be long enough for rounding,
 * about 1e-16 f / s, to stay far below the tolerance.
 */

import type { Engine } from '../../src/engine.js';
import { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { Random } from '../../src/random.js';
import type { Shape } from '../../src/shape.js';
import { weightedSum } from './weighted-sum.js';

/** Relative to the larger of the two gradients, or to SMALL where both are tiny. */
const TOLERANCE = 1e-7;
const SMALL = 1e-3;

/** Options of `gradcheck`. */
export interface GradcheckOptions {
  /** s. Default 1e-3; shorter where the function has kinks. */
  readonly step?: number;
  /** Parameters that the outputs do not depend on: their gradient must be zero. */
  readonly unused?: readonly Parameter[];
  /**
   * Whether one random direction through each parameter takes the place of its elements: no element is left out, and
   * many cases are quick. Default false.
   */
  readonly directional?: boolean;
}

/** A parameter with random values in [-scale, scale); inputs are parameters too, given to an operation as `view()`. */
export function drawn(engine: Engine, name: string, shape: Shape, scale: number = 0.8): Parameter {
  const parameter = new Parameter(engine.memory, name, shape);
  parameter.set(numbers(engine.random, parameter.size, scale));
  return parameter;
}

/** Random numbers in [-scale, scale). */
export function numbers(random: Random, size: number, scale: number = 1): Float64Array {
  return Float64Array.from({ length: size }, () => random.between(-scale, scale));
}

/**
 * Compares the gradient of every element of every parameter with finite differences.
 * @param fn the outputs; it runs inside a step, and every run draws the same random numbers
 * @returns one sentence for each element, or direction, that does not agree, and for each parameter whose gradient is
 *   zero throughout
 */
export function gradcheck(
  engine: Engine,
  parameters: readonly Parameter[],
  fn: () => readonly View[],
  { step = 1e-3, unused = [], directional = false }: GradcheckOptions = {},
): string[] {
  const loss = randomLoss(engine, fn);
  // The first run leaves its values behind, so that a gradient that counts on fresh memory shows in the second.
  loss();
  loss();
  const analytic = new Map(parameters.map((parameter) => [parameter, parameter.gradientToArray()]));
  return parameters.flatMap((parameter) => {
    const gradient = analytic.get(parameter)!;
    const wanted = unused.includes(parameter);
    if (gradient.every((value) => value === 0) !== wanted) {
      return [`${parameter.name}: gradient is ${wanted ? 'not zero' : 'zero'} throughout`];
    }
    const directions = directional ? [randomDirection(parameter)] : axesOf(parameter);
    return directions.flatMap(({ label, along }) => {
      const value = along.reduce((sum, share, i) => sum + share * gradient[i]!, 0);
      const numeric = difference(parameter, along, step, loss);
      const error = Math.abs(value - numeric) / Math.max(Math.abs(value), Math.abs(numeric), SMALL);
      return error <= TOLERANCE ? [] : [`${label}: gradient ${value}, finite difference ${numeric}`];
    });
  });
}

/** A way to move the values of a parameter, of length 1. */
interface Direction {
  readonly label: string;
  readonly along: Float64Array;
}

function axesOf({ name, size }: Parameter): Direction[] {
  return Array.from({ length: size }, (_, i) => ({
    label: `${name}[${i}]`,
    along: new Float64Array(size).fill(1, i, i + 1),
  }));
}

function randomDirection({ name, size }: Parameter): Direction {
  const along = numbers(new Random(size), size);
  const length = Math.hypot(...along);
  return { label: `${name} in a random direction`, along: along.map((value) => value / length) };
}

/** The loss as a function that can be run again and again, each time with the same weights and random numbers. */
function randomLoss(engine: Engine, fn: () => readonly View[]): () => number {
  const start = engine.random.state;
  return () => {
    engine.random.state = start;
    const upstream = new Random(99);
    return engine.step(() => weightedSum(fn().map((view) => ({ view, weights: numbers(upstream, view.size) }))));
  };
}

function difference(parameter: Parameter, along: Float64Array, step: number, loss: () => number): number {
  const values = parameter.toArray();
  const at = (shift: number): number => {
    parameter.set(values.map((value, i) => value + shift * along[i]!));
    return loss();
  };
  const central = (s: number): number => (at(s) - at(-s)) / (2 * s);
  const result = (4 * central(step / 2) - central(step)) / 3;
  parameter.set(values);
  return result;
}
