/**
 * The nodes that onnxruntime ran (test/fixtures/onnxruntime), as layers of this library.
 *
 *     W (D, G H, I), R (D, G H, H), B (D, 2 G H), P (D, 3H)  ->  parameters of each direction, in the blocks used here
 *     Y (T, D, B, H)                                         ->  (T, B, D H)
 *
 * Blocks of rows: LSTM i o f c -> i f g o, its peepholes i o f -> i f o; GRU z r h -> r z n. With input_forget the
 * blocks of f are unused and not there here.
 */

import { readFileSync } from 'node:fs';
import type { RecurrentCase, Tensor } from './recurrent-case.js';

type Op = 'LSTM' | 'GRU' | 'RNN';

/** A node with what went in and what came out, in ONNX's names and layouts. */
export interface OnnxCase {
  readonly name: string;
  readonly op: Op;
  readonly attributes: {
    readonly direction: 'forward' | 'reverse' | 'bidirectional';
    readonly clip?: number;
    readonly input_forget?: 0 | 1;
    readonly linear_before_reset?: 0 | 1;
    /** One for each direction, the same throughout; of RNN only. */
    readonly activations?: readonly (keyof typeof NONLINEARITIES)[];
  };
  readonly inputs: Readonly<Record<'X' | 'W' | 'R', Tensor>> &
    Readonly<Partial<Record<'B' | 'P' | 'sequence_lens' | 'initial_h' | 'initial_c', Tensor>>>;
  readonly outputs: Readonly<Record<'Y' | 'Y_h', Tensor>> & { readonly Y_c?: Tensor };
}

/** Leaky with the slope 0.01 and affine with 1 x + 0 in the file, as they are here. */
const NONLINEARITIES = {
  Tanh: 'tanh',
  Relu: 'relu',
  Sigmoid: 'sigmoid',
  LeakyRelu: 'leakyRelu',
  Affine: 'identity',
} as const;

/** The blocks of ONNX in the order used here, and how many ONNX has. */
const GATES = {
  LSTM: { order: [0, 2, 3, 1], count: 4 },
  GRU: { order: [1, 0, 2], count: 3 },
  RNN: { order: [0], count: 1 },
};
const COUPLED_GATES = { order: [0, 3, 1], count: 4 };
const PEEPHOLES = { order: [0, 2, 1], count: 3 };
const COUPLED_PEEPHOLES = { order: [0, 1], count: 3 };

/** The nodes of the file. */
export function onnxCases(): OnnxCase[] {
  const file = new URL('../fixtures/onnxruntime/recurrent.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { cases: OnnxCase[] }).cases;
}

/** The same as a layer; final states as they are here, that is h0 and c0 for a row of length 0. */
export function fromOnnx({ name, op, attributes, inputs, outputs }: OnnxCase): RecurrentCase {
  const { X, sequence_lens, initial_h, initial_c } = inputs;
  const lengths = sequence_lens?.data ?? null;
  return {
    name,
    cell: op,
    options: optionsOf(op, attributes, inputs),
    lengths,
    params: parametersOf(op, attributes, inputs),
    x: X,
    ...(initial_h && { h0: initial_h }),
    ...(initial_c && { c0: initial_c }),
    y: directionsLast(outputs.Y),
    hn: keepingEmpty(outputs.Y_h, initial_h, lengths),
    ...(outputs.Y_c && { cn: keepingEmpty(outputs.Y_c, initial_c, lengths) }),
  };
}

function optionsOf(
  op: Op,
  attributes: OnnxCase['attributes'],
  { W, R, B, P }: OnnxCase['inputs'],
): RecurrentCase['options'] {
  const { direction, clip, input_forget, linear_before_reset, activations } = attributes;
  return {
    inputSize: W.shape[2],
    hiddenSize: R.shape[2],
    ...(direction === 'bidirectional' && { bidirectional: true }),
    ...(direction === 'reverse' && { reverse: true }),
    ...(B === undefined && { bias: false }),
    ...(P && { peepholes: true }),
    ...(clip && { gateClip: clip }),
    ...(input_forget === 1 && { gates: 'coupled' }),
    ...(op === 'GRU' && linear_before_reset !== 1 && { resetAfter: false }),
    ...(activations && { nonlinearity: NONLINEARITIES[activations[0]!] }),
  };
}

function parametersOf(
  op: Op,
  { input_forget }: OnnxCase['attributes'],
  { W, R, B, P }: OnnxCase['inputs'],
): RecurrentCase['params'] {
  const coupled = input_forget === 1;
  const gates = coupled ? COUPLED_GATES : GATES[op];
  const biases = B && { shape: [2 * B.shape[0]!, B.shape[1]! / 2], data: B.data };
  const params: Record<string, Tensor> = {};
  ['_l0', '_l0_reverse'].slice(0, W.shape[0]).forEach((suffix, d) => {
    params[`weight_ih${suffix}`] = arranged(W, d, gates);
    params[`weight_hh${suffix}`] = arranged(R, d, gates);
    if (biases) {
      params[`bias_ih${suffix}`] = arranged(biases, 2 * d, gates);
      params[`bias_hh${suffix}`] = arranged(biases, 2 * d + 1, gates);
    }
    if (P) params[`weight_peephole${suffix}`] = arranged(P, d, coupled ? COUPLED_PEEPHOLES : PEEPHOLES);
  });
  return params;
}

/** Row d of a tensor (n, count rows, ...) with its blocks of rows in another order. */
function arranged({ shape, data }: Tensor, d: number, { order, count }: { order: number[]; count: number }): Tensor {
  const [n, rows, ...columns] = shape as [number, number, ...number[]];
  const block = data.length / n / count;
  const start = d * count * block;
  const values = order.flatMap((from) => data.slice(start + from * block, start + (from + 1) * block));
  return { shape: [(rows / count) * order.length, ...columns], data: values };
}

/** (T, D, B, H) to (T, B, D H). */
function directionsLast({ shape, data }: Tensor): Tensor {
  const [T, D, B, H] = shape as [number, number, number, number];
  const at = (t: number, b: number, d: number): readonly number[] => {
    const start = ((t * D + d) * B + b) * H;
    return data.slice(start, start + H);
  };
  const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
  const values = range(T).flatMap((t) => range(B).flatMap((b) => range(D).flatMap((d) => at(t, b, d))));
  return { shape: [T, B, D * H], data: values };
}

/** Final states (D, B, H), where a row of length 0 keeps the state it began with. */
function keepingEmpty(final: Tensor, initial: Tensor | undefined, lengths: readonly number[] | null): Tensor {
  const [, B, H] = final.shape;
  const empty = (i: number): boolean => lengths?.[Math.floor(i / H!) % B!] === 0;
  return { shape: final.shape, data: final.data.map((value, i) => (empty(i) ? (initial?.data[i] ?? 0) : value)) };
}
