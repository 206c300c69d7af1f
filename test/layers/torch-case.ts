/**
 * The recurrent layers of PyTorch as stored in test/fixtures/torch, and the same layers run here.
 *
 * recurrent.json keeps nine significant digits, recurrent-float64.json all of them (make_recurrent.py).
 */

import { readFileSync } from 'node:fs';
import type { Engine, HostArray } from '../../src/engine.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { RecurrentState } from '../../src/layers/state.js';
import { Parameter } from '../../src/memory/parameter.js';
import { View } from '../../src/memory/view.js';
import type { Nonlinearity } from '../../src/ops/rnn.js';
import { weightedSum } from '../ops/weighted-sum.js';

/** A tensor as JSON. */
export interface Tensor {
  readonly shape: number[];
  readonly data: number[];
}

/** One layer with inputs, outputs, upstream gradients and gradients. h0, hn, gh, dh0 are (L, B, H); so are c's. */
export interface TorchCase {
  readonly name: string;
  readonly cell: 'RNN' | 'LSTM' | 'GRU';
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly proj: number;
  readonly lengths: number[] | null;
  readonly nonlinearity: Nonlinearity | null;
  readonly params: Record<string, Tensor>;
  readonly grads: Record<string, Tensor>;
  readonly x: Tensor;
  readonly h0: Tensor;
  readonly c0?: Tensor;
  readonly y: Tensor;
  readonly hn: Tensor;
  readonly cn?: Tensor;
  readonly gy: Tensor;
  readonly gh: Tensor;
  readonly gc?: Tensor;
  readonly dx: Tensor;
  readonly dh0: Tensor;
  readonly dc0?: Tensor;
}

/** What a run here gives, each value beside PyTorch's, under PyTorch's name. */
export interface Comparison {
  readonly name: string;
  readonly kind: 'output' | 'gradient';
  readonly actual: ArrayLike<number>;
  readonly expected: readonly number[];
}

/** The cases of one file. */
export function torchCases(file: 'recurrent.json' | 'recurrent-float64.json'): TorchCase[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/torch/${file}`, import.meta.url), 'utf8')) as TorchCase[];
}

/** The layer of a case, with its weights. */
export function layerOf(engine: Engine, { cell, I, H, layers, nonlinearity, params }: TorchCase): RecurrentLayer {
  const options = { inputSize: I, hiddenSize: H, numLayers: layers };
  const make = {
    RNN: () => new RNN(engine, { ...options, ...(nonlinearity === null ? {} : { nonlinearity }) }),
    LSTM: () => new LSTM(engine, options),
    GRU: () => new GRU(engine, options),
  };
  const layer = make[cell]();
  layer.loadStateDict(new Map<string, HostArray>(Object.entries(params)));
  return layer;
}

/** Runs the layer of a case forward and backward, and sets every value beside PyTorch's. */
export function compare(engine: Engine, torch: TorchCase): Comparison[] {
  const layer = layerOf(engine, torch);
  const x = parameterOf(engine, 'x', torch.x);
  const h0 = layersOf(torch.h0).map((tensor) => parameterOf(engine, 'h0', tensor));
  const c0 = torch.c0 === undefined ? [] : layersOf(torch.c0).map((tensor) => parameterOf(engine, 'c0', tensor));
  const results: Comparison[] = [];
  engine.step(() => {
    const begin = new RecurrentState(viewsOf(h0), viewsOf(c0));
    const { output, state } = layer.forward(x.view(), begin);
    const [h, c] = [state.h.map(viewOf), state.c.map(viewOf)];
    results.push({ name: 'y', kind: 'output', actual: output.toArray(), expected: torch.y.data });
    results.push({ name: 'hn', kind: 'output', actual: joined(h), expected: torch.hn.data });
    if (torch.cn !== undefined) {
      results.push({ name: 'cn', kind: 'output', actual: joined(c), expected: torch.cn.data });
    }
    return weightedSum([
      { view: output, weights: torch.gy.data },
      ...layersOf(torch.gh).map(({ data }, layer) => ({ view: h[layer]!, weights: data })),
      ...(torch.gc === undefined ? [] : layersOf(torch.gc)).map(({ data }, layer) => ({
        view: c[layer]!,
        weights: data,
      })),
    ]);
  });
  const add = (name: string, parameters: readonly Parameter[], expected: Tensor): void => {
    const actual = parameters.flatMap((parameter) => Array.from(parameter.gradientToArray()));
    results.push({ name, kind: 'gradient', actual, expected: expected.data });
  };
  for (const parameter of layer.parameters()) add(parameter.name, [parameter], torch.grads[parameter.name]!);
  add('dx', [x], torch.dx);
  add('dh0', h0, torch.dh0);
  if (torch.dc0 !== undefined) add('dc0', c0, torch.dc0);
  return results;
}

/** (L, B, H) as L tensors (B, H). */
function layersOf({ shape: [L, B, H], data }: Tensor): Tensor[] {
  const size = B! * H!;
  return Array.from({ length: L! }, (_, layer) => ({
    shape: [B!, H!],
    data: data.slice(layer * size, (layer + 1) * size),
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

function viewOf(state: View | HostArray): View {
  if (state instanceof View) return state;
  throw new Error('a layer returned a state that is not a view of the step');
}

function joined(views: readonly View[]): number[] {
  return views.flatMap((view) => Array.from(view.toArray()));
}
