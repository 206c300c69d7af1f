/** Training steps of language models people train: the sizes every benchmark uses. */

import type { Cell } from '../src/models/language-model.js';

/** One training step: B streams, T steps, embedding E, L layers of H, V symbols. */
export interface LanguageModelShape {
  readonly name: string;
  readonly cell: Cell;
  readonly B: number;
  readonly T: number;
  readonly E: number;
  readonly H: number;
  readonly L: number;
  readonly V: number;
}

/** Character models, the word model of Zaremba et al. (2014) in its small size, and a wide one. */
export const SHAPES: readonly LanguageModelShape[] = [
  { name: 'charlm_lstm_B32_T64_H128', cell: 'lstm', B: 32, T: 64, E: 64, H: 128, L: 1, V: 65 },
  { name: 'charlm_lstm_B50_T50_H256x2', cell: 'lstm', B: 50, T: 50, E: 64, H: 256, L: 2, V: 65 },
  { name: 'ptb_small_B20_T20_H200x2', cell: 'lstm', B: 20, T: 20, E: 200, H: 200, L: 2, V: 10000 },
  { name: 'lm_B64_T35_H512', cell: 'lstm', B: 64, T: 35, E: 512, H: 512, L: 1, V: 2000 },
];

/** Floating-point operations of the products of one step, forward and backward. */
export function flops({ cell, B, T, E, H, L, V }: LanguageModelShape): number {
  const gates = { lstm: 4, gru: 3, rnn: 1 }[cell];
  const weights = gates * H * (E + H) + (L - 1) * gates * H * 2 * H + H * V;
  return 6 * B * T * weights;
}
