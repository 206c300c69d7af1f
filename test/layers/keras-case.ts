/**
 * The goldens of Keras as cases of layers here: batch-major to time-major, constant weights to parameters, masks to
 * lengths. Since all weights of a matrix are the same, neither the order of the gates (i f c o, z r h) nor the
 * transposition of the matrices is put to the test.
 *
 * Keras leaves the state as it is at a masked step, wherever it is; so each row is run without its masked steps.
 */

import type { Golden, Mask } from './keras-goldens.js';
import type { RecurrentCase, Tensor } from './recurrent-case.js';

const GATES = { LSTM: 4, GRU: 3, RNN: 1 };
const KERNEL = 0.01;
const RECURRENT_KERNEL = 0.02;
const BIAS = 0.03;

/** A tensor of one number. */
export function filled(shape: readonly number[], value: number): Tensor {
  return { shape, data: new Array<number>(shape.reduce((size, n) => size * n)).fill(value) };
}

/** Biases of 4H, the forget gate's block 1. */
export function forgetting(units: number, value: number): Tensor {
  return { shape: [4 * units], data: [value, 1, value, value].flatMap((x) => new Array<number>(units).fill(x)) };
}

/** The layer, its inputs, and the outputs that Keras tests. */
export function fromKeras(golden: Golden): RecurrentCase {
  const { name, cell, units, sequence, options, mask, h0, c0, y, hn, cn } = golden;
  const initial = (factors: readonly number[]): Tensor => ({
    shape: [factors.length, sequence[0], units],
    data: factors.flatMap((factor) => Array.from({ length: sequence[0] * units }, (_, i) => factor * i)),
  });
  return {
    name: `${cell} ${name}`,
    cell,
    options: { inputSize: sequence[2], hiddenSize: units, ...options },
    lengths: mask?.map((row) => row.filter((step) => step === 1).length) ?? null,
    params: parametersOf(golden),
    x: inputOf(sequence, mask),
    ...(h0 && { h0: initial(h0) }),
    ...(c0 && { c0: initial(c0) }),
    ...(y && { y: unitsOf(y, units) }),
    ...(hn && { hn: unitsOf(hn, units) }),
    ...(cn && { cn: unitsOf(cn, units) }),
  };
}

/** arange as (T, B, I), each row's steps without the masked ones, zeros behind. */
function inputOf([B, T, I]: Golden['sequence'], mask: Mask | undefined): Tensor {
  const data = new Array<number>(T * B * I).fill(0);
  for (let b = 0; b < B; b++) {
    const steps = Array.from({ length: T }, (_, t) => t).filter((t) => mask?.[b]![t] !== 0);
    steps.forEach((from, to) => {
      for (let i = 0; i < I; i++) data[(to * B + b) * I + i] = (b * T + from) * I + i;
    });
  }
  return { shape: [T, B, I], data };
}

function parametersOf(golden: Golden): RecurrentCase['params'] {
  const { cell, units, sequence, options, backward = { kernel: KERNEL, bias: BIAS } } = golden;
  const rows = GATES[cell] * units;
  const params: Record<string, Tensor> = {};
  for (const suffix of options['bidirectional'] === true ? ['_l0', '_l0_reverse'] : ['_l0']) {
    const { kernel, bias } = suffix === '_l0' ? { kernel: KERNEL, bias: BIAS } : backward;
    params[`weight_ih${suffix}`] = filled([rows, sequence[2]], kernel);
    params[`weight_hh${suffix}`] = filled([rows, units], RECURRENT_KERNEL);
    if (options['bias'] === false) continue;
    const forgets = cell === 'LSTM' && golden.unitForgetBias !== false;
    params[`bias_ih${suffix}`] = forgets ? forgetting(units, bias) : filled([rows], bias);
    // Keras has one bias, but for the GRU that resets after.
    const two = cell === 'GRU' && options['resetAfter'] !== false;
    params[`bias_hh${suffix}`] = filled([rows], two ? bias : 0);
  }
  return params;
}

/** (n, B) or (n, B, units) as (n, B, units). */
function unitsOf(values: NonNullable<Golden['hn']>, units: number): Tensor {
  const each = (value: number | readonly number[]): readonly number[] =>
    typeof value === 'number' ? new Array<number>(units).fill(value) : value;
  return { shape: [values.length, values[0]!.length, units], data: values.flat().flatMap(each) };
}
