/** Arithmetic and memory of a step, against numbers worked out by hand. */

import { expect, test } from 'vitest';
import { stepFloorBytes, stepFlops } from '../../src/bench/counts.js';
import { SHAPES } from '../../src/bench/shapes.js';
import type { TrainingShape } from '../../src/bench/shapes.js';

const seq: TrainingShape = { name: 's', kind: 'seq', cell: 'lstm', B: 2, T: 3, I: 2, H: 4, L: 1 };
const lm: TrainingShape = { name: 'm', kind: 'lm', cell: 'gru', B: 2, T: 3, E: 5, H: 4, L: 2, V: 7 };

test('regression: forward, weight gradients, the recurrent way back, and a head of one row a sequence', () => {
  // T B = 6 rows. W_ih (16, 2): no gradient of the inputs, so 4 a weight. W_hh (16, 4): 6. Head (1, 4) on B = 2 rows: 6.
  expect(stepFlops(seq)).toBe(4 * 6 * 32 + 6 * 6 * 64 + 6 * 2 * 4);
  // A second layer has a gradient of its input.
  expect(stepFlops({ ...seq, L: 2 })).toBe(4 * 6 * 32 + 3 * 6 * 6 * 64 + 6 * 2 * 4);
});

test('a language model: 6 a weight and row, the embedding is no product', () => {
  // W_ih (12, 5), W_hh (12, 4) twice, W_ih of the second layer (12, 4), head (7, 4).
  expect(stepFlops(lm)).toBe(6 * 6 * (60 + 48 + 48 + 48 + 28));
});

test('the gates of a cell multiply its weights', () => {
  const recurrent = (cell: 'lstm' | 'gru' | 'rnn'): number => stepFlops({ ...seq, cell }) - 6 * 2 * 4;
  expect(recurrent('lstm')).toBe(4 * recurrent('rnn'));
  expect(recurrent('gru')).toBe(3 * recurrent('rnn'));
});

test('the character model of the benchmarks', () => {
  const shape = SHAPES.find(({ name }) => name === 'charlm_lstm_B32_T64_H128')!;
  expect(stepFlops(shape)).toBe(6 * 2048 * (512 * 64 + 512 * 128 + 128 * 65));
});

test('the floor of memory: 28 T B H, inputs, outputs, panels of both directions', () => {
  // A panel is 16 columns and one row more, for the bias: (K, N) takes ceil(N / 16) 16 (K + 1) floats.
  const input = 16 * 3 + 16 * 17; // W_ih: x W^T is (2, 16), dy W is (16, 2)
  const recurrent = 16 * 5 + 16 * 17;
  const head = 16 * 5 + 16 * 2;
  expect(stepFloorBytes(seq)).toBe(28 * 3 * 2 * 4 + 4 * (3 * 2 * 2 + 2 + input + recurrent + head));
});

test('the floor of a language model has its logits, and every layer its 28', () => {
  const panels = (K: number, N: number): number => 16 * Math.ceil(N / 16) * (K + 1) + 16 * Math.ceil(K / 16) * (N + 1);
  const packed = panels(5, 12) + 3 * panels(4, 12) + panels(4, 7);
  expect(stepFloorBytes(lm)).toBe(2 * 28 * 3 * 2 * 4 + 4 * (3 * 2 * 5 + 3 * 2 * 7 + packed));
});
