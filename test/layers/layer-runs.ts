/** Runs of a recurrent layer of which all results are compared, bit for bit or nearly. */

import type { HostArray } from '../../src/engine.js';
import type { ForwardOptions, RecurrentLayer } from '../../src/layers/recurrent.js';
import type { RecurrentState } from '../../src/layers/state.js';
import { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { Random } from '../../src/random.js';
import { numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { I } from './layer-cases.js';

/** Numbers of a batch of rows, (T, B, W). */
export interface Batch {
  readonly data: ArrayLike<number>;
  readonly shape: readonly [number, number, number];
}

/** All results by name, copied. */
export type Results = Record<string, readonly number[]>;

/** Random numbers, the same each time. */
export function drawnBatch(T: number, B: number): Batch {
  return { data: numbers(new Random(7), T * B * I), shape: [T, B, I] };
}

function viewsOf(layer: RecurrentLayer, x: View, state?: RecurrentState, options: ForwardOptions = {}) {
  const result = layer.forward(x, state, { ...options, allStates: true });
  const views: Record<string, View> = {};
  const add = (name: string, list: readonly View[]): void => list.forEach((view, k) => (views[`${name}[${k}]`] = view));
  add('output', result.outputs);
  add('h', result.state.h);
  add('c', result.state.c);
  add('all h', result.allStates!.h);
  add('all c', result.allStates!.c);
  return { views, state: result.state };
}

function copied(views: Readonly<Record<string, View>>): Results {
  return Object.fromEntries(Object.entries(views).map(([name, view]) => [name, Array.from(view.toArray())]));
}

/** Results of an evaluation, and the state to go on from. */
export function evaluated(
  layer: RecurrentLayer,
  x: Batch,
  options?: ForwardOptions,
  begin?: RecurrentState,
): { readonly results: Results; readonly state: RecurrentState<HostArray> } {
  const { engine } = layer;
  return engine.evaluate(() => {
    const { views, state } = viewsOf(layer, engine.input(x), begin, options);
    return { results: copied(views), state: state.detach() };
  });
}

/** Results and gradients of a training step, the random numbers of every call the same. */
export function trained(layer: RecurrentLayer, x: Batch, options: ForwardOptions): Results {
  const { engine } = layer;
  const input = new Parameter(engine.memory, 'x', x.shape);
  input.set(x.data);
  engine.random.state = new Random(3).state;
  const upstream = new Random(5);
  let results: Results = {};
  engine.step(() => {
    const { views } = viewsOf(layer, input.view(), undefined, options);
    results = copied(views);
    return weightedSum(Object.values(views).map((view) => ({ view, weights: numbers(upstream, view.size) })));
  });
  const gradients = [input, ...layer.parameters()].map((parameter): [string, number[]] => [
    `d${parameter.name}`,
    Array.from(parameter.gradientToArray()),
  ]);
  return { ...results, ...Object.fromEntries(gradients) };
}

/** The largest difference between two runs of the same results. */
export function distance(a: Results, b: Results): number {
  const names = Object.keys(a);
  if (names.join() !== Object.keys(b).join()) throw new Error(`results ${names.join()} and ${Object.keys(b).join()}`);
  return Math.max(
    ...names.map((name) => {
      const [left, right] = [a[name]!, b[name]!];
      if (left.length !== right.length) throw new Error(`${name}: ${left.length} and ${right.length} values`);
      return Math.max(...left.map((value, i) => Math.abs(value - right[i]!)));
    }),
  );
}
