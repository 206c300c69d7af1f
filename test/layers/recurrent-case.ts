/** A run of a recurrent layer as other programs computed it, and the same run here. */

import type { Engine, HostArray } from '../../src/engine.js';
import * as recurra from '../../src/index.js';
import type { Layer } from '../../src/layers/layer.js';
import type { RecurrentResult } from '../../src/layers/recurrent.js';
import { RecurrentState } from '../../src/layers/state.js';
import { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { weightedSum } from '../ops/weighted-sum.js';

/** A tensor as JSON. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Inputs of one layer, and outputs where they are known. h0 and hn are (L D, B, H), index layer * D + direction; so are c's. */
export interface RecurrentCase {
  readonly name: string;
  /** The layer, by the name it is exported under. */
  readonly cell: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The steps of each row; null: all T. */
  readonly lengths: readonly number[] | null;
  readonly params: Readonly<Record<string, Tensor>>;
  readonly x: Tensor;
  /** Zeros if not given. */
  readonly h0?: Tensor;
  readonly c0?: Tensor;
  readonly y?: Tensor;
  readonly hn?: Tensor;
  readonly cn?: Tensor;
}

/** The same with upstream gradients of y, hn and cn, and the gradients of sum(y gy) + sum(hn gh) + sum(cn gc). */
export interface GradientCase extends RecurrentCase {
  readonly h0: Tensor;
  readonly gy: Tensor;
  readonly gh: Tensor;
  readonly gc?: Tensor;
  readonly grads: Readonly<Record<string, Tensor>>;
  readonly dx: Tensor;
  readonly dh0: Tensor;
  readonly dc0?: Tensor;
}

/** What a run here gives, each value beside the stored one, under the name of the case's field or of the parameter. */
export interface Comparison {
  readonly name: string;
  readonly kind: 'output' | 'gradient';
  readonly actual: ArrayLike<number>;
  readonly expected: readonly number[];
}

/** A recurrent layer, whichever it is. */
export interface Recurrent extends Layer {
  forward(x: View, state?: RecurrentState, options?: { readonly lengths?: number[] }): RecurrentResult;
}

type LayerClass = new (engine: Engine, options: object) => Recurrent;

/** The layer of a case, with its weights. */
export function layerOf(
  engine: Engine,
  { cell, options, params }: Pick<RecurrentCase, 'cell' | 'options' | 'params'>,
): Recurrent {
  const Chosen = (recurra as unknown as Readonly<Record<string, LayerClass | undefined>>)[cell];
  if (Chosen === undefined) throw new Error(`there is no layer ${cell}`);
  const layer = new Chosen(engine, options);
  layer.loadStateDict(new Map<string, HostArray>(Object.entries(params)));
  return layer;
}

/** Runs the layer of a case without gradients, and sets every output beside the stored one. */
export function evaluateCase(engine: Engine, stored: RecurrentCase): Comparison[] {
  const layer = layerOf(engine, stored);
  const begin = stored.h0 && new RecurrentState(statesOf(stored.h0), statesOf(stored.c0 ?? zerosLike(stored.cn)));
  return engine.evaluate(() => outputsOf(stored, layer.forward(engine.input(stored.x), begin, rowsOf(stored))));
}

/** Runs the layer of a case forward and backward, and sets every value beside the stored one. */
export function compare(engine: Engine, stored: GradientCase): Comparison[] {
  const layer = layerOf(engine, stored);
  const x = parameterOf(engine, 'x', stored.x);
  const h0 = statesOf(stored.h0).map((tensor) => parameterOf(engine, 'h0', tensor));
  const c0 = statesOf(stored.c0).map((tensor) => parameterOf(engine, 'c0', tensor));
  const results: Comparison[] = [];
  engine.step(() => {
    const result = layer.forward(x.view(), new RecurrentState(viewsOf(h0), viewsOf(c0)), rowsOf(stored));
    results.push(...outputsOf(stored, result));
    const term = (view: View, { data }: Tensor) => ({ view, weights: data });
    return weightedSum([
      term(result.output, stored.gy),
      ...statesOf(stored.gh).map((tensor, i) => term(result.state.h[i]!, tensor)),
      ...statesOf(stored.gc).map((tensor, i) => term(result.state.c[i]!, tensor)),
    ]);
  });
  const add = (name: string, parameters: readonly Parameter[], expected: Tensor): void => {
    const actual = parameters.flatMap((parameter) => Array.from(parameter.gradientToArray()));
    results.push({ name, kind: 'gradient', actual, expected: expected.data });
  };
  for (const parameter of layer.parameters()) add(parameter.name, [parameter], stored.grads[parameter.name]!);
  add('dx', [x], stored.dx);
  add('dh0', h0, stored.dh0);
  if (stored.dc0 !== undefined) add('dc0', c0, stored.dc0);
  return results;
}

/** The results with an element further from the stored one than allowed, by name, with the worst of them. */
export function differing(
  results: readonly Comparison[],
  allowed: number | Readonly<Record<Comparison['kind'], number>>,
): string[] {
  return results.flatMap(({ name, kind, actual, expected }) => {
    if (actual.length !== expected.length) return [`${name}: ${actual.length} values for ${expected.length}`];
    const most = typeof allowed === 'number' ? allowed : allowed[kind];
    const far = expected.filter((value, i) => !(Math.abs(actual[i]! - value) <= most));
    const worst = Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value)));
    return far.length === 0 ? [] : [`${name}: ${far.length} of ${expected.length} differ, by at most ${worst}`];
  });
}

/** The same case with `value` for every input past the end of its row. */
export function padded<C extends RecurrentCase>(stored: C, value: number): C {
  const [, B, I] = stored.x.shape;
  const beyond = (i: number): boolean => Math.floor(i / (B! * I!)) >= stored.lengths![Math.floor(i / I!) % B!]!;
  return { ...stored, x: { shape: stored.x.shape, data: stored.x.data.map((x, i) => (beyond(i) ? value : x)) } };
}

/** Those that are stored; at least one must be, lest a test compares nothing. */
function outputsOf({ name, y, hn, cn }: RecurrentCase, { output, state }: RecurrentResult): Comparison[] {
  const result = (name: string, views: readonly View[], expected: Tensor | undefined): Comparison[] => {
    if (expected === undefined) return [];
    const actual = views.flatMap((view) => Array.from(view.toArray()));
    return [{ name, kind: 'output', actual, expected: expected.data }];
  };
  const results = [...result('y', [output], y), ...result('hn', state.h, hn), ...result('cn', state.c, cn)];
  if (results.length === 0) throw new Error(`${name} has no outputs`);
  return results;
}

/** A published case gives h0 alone: then c0 is zeros. */
function zerosLike(tensor: Tensor | undefined): Tensor | undefined {
  return tensor && { shape: tensor.shape, data: tensor.data.map(() => 0) };
}

function rowsOf({ lengths }: RecurrentCase): { lengths?: number[] } {
  return lengths === null ? {} : { lengths: [...lengths] };
}

/** (L D, B, H) as L D tensors (B, H); none for none. */
function statesOf(stacked: Tensor | undefined): Tensor[] {
  if (stacked === undefined) return [];
  const [count, B, H] = stacked.shape;
  const size = B! * H!;
  return Array.from({ length: count! }, (_, i) => ({
    shape: [B!, H!],
    data: stacked.data.slice(i * size, (i + 1) * size),
  }));
}

function parameterOf(engine: Engine, name: string, { shape, data }: Tensor): Parameter {
  const parameter = new Parameter(engine.memory, name, shape);
  parameter.set(data);
  return parameter;
}

function viewsOf(parameters: readonly Parameter[]): View[] {
  return parameters.map((parameter) => parameter.view());
}
