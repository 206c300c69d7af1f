/** RNN, LSTM and GRU against PyTorch: outputs, final states, and the gradient of every weight, of x and of h0 and c0. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { everywhere, float32, float64 } from '../engine/settings.js';
import { compare, differing, layerOf, padded } from './recurrent-case.js';
import { torchCases } from './torch-case.js';

const SINGLE = { output: 1e-5, gradient: 5e-5 };
const DOUBLE = 1e-10;

// recurrent.json gives inputs and weights to nine digits too, but results from before that rounding: PyTorch itself,
// run in float64 on the numbers of the file, is up to 6e-9 (outputs) and 2.4e-8 (gradients) from the file's results.
const ROUNDED = { output: 1e-8, gradient: 3e-8 };

const rounded = torchCases('recurrent.json');
const exact = torchCases('recurrent-float64.json');
const ragged = exact.filter(({ lengths }) => lengths !== null);

test('the files hold the cases these tests expect', () => {
  expect(rounded.map(({ name }) => name)).toEqual([
    'RNN_tanh',
    'RNN_relu_2layer',
    'LSTM',
    'LSTM_2layer_bidirectional_ragged',
    'LSTM_projection',
    'GRU',
    'GRU_2layer_bidirectional_ragged',
  ]);
  expect(exact.map(({ name }) => name)).toEqual([
    'RNN_tanh',
    'RNN_relu_2layer',
    'LSTM',
    'LSTM_2layer',
    'GRU',
    'GRU_2layer',
    'RNN_bidirectional',
    'LSTM_ragged',
    'LSTM_bidirectional',
    'LSTM_projection',
    'LSTM_projection_2layer_bidirectional_ragged',
    'GRU_bidirectional_ragged',
  ]);
  expect(ragged.map(({ lengths }) => lengths)).toEqual([
    [2, 5, 1, 4],
    [3, 1, 5],
    [1, 4, 5, 2],
  ]);
});

for (const { name, options } of float32) {
  test.each([...rounded.map((torch) => ({ file: 9, torch })), ...exact.map((torch) => ({ file: 17, torch }))])(
    `$torch.name, $file digits, is PyTorch's: ${name}`,
    async ({ torch }) => {
      const engine = await createEngine(options);
      expect(engine.report().kernels).toBe(name);
      expect(differing(compare(engine, torch), SINGLE)).toEqual([]);
    },
  );
}

test.each(rounded)("$name is PyTorch's as far as nine digits go: float64", async (torch) => {
  const results = compare(await createEngine(float64.options), torch);
  expect(differing(results, ROUNDED)).toEqual([]);
});

test.each(exact)("$name is PyTorch's to 1e-10: float64", async (torch) => {
  const results = compare(await createEngine(float64.options), torch);
  expect(differing(results, DOUBLE)).toEqual([]);
});

for (const { name, options, unit } of everywhere) {
  test.each(ragged)(`$name: NaN past the end of a row changes nothing: ${name}`, async (torch) => {
    const results = compare(await createEngine(options), padded(torch, NaN));
    expect(differing(results, unit === float64.unit ? DOUBLE : SINGLE)).toEqual([]);
  });
}

test.each(exact)('$name compares every result PyTorch gives', async (torch) => {
  const names = compare(await createEngine(float64.options), torch).map((result) => result.name);
  const states = torch.cell === 'LSTM' ? ['hn', 'cn'] : ['hn'];
  const inputs = torch.cell === 'LSTM' ? ['dx', 'dh0', 'dc0'] : ['dx', 'dh0'];
  expect(names).toEqual(['y', ...states, ...Object.keys(torch.grads), ...inputs]);
});

test.each(exact)("$name: state dict names, their order and shapes are PyTorch's", async (torch) => {
  const dict = layerOf(await createEngine(float64.options), torch).stateDict();
  expect([...dict].map(([key, { shape }]) => [key, shape])).toEqual(
    Object.entries(torch.params).map(([key, { shape }]) => [key, shape]),
  );
  expect([...dict].map(([, { data }]) => Array.from(data))).toEqual(
    Object.values(torch.params).map(({ data }) => data),
  );
});
