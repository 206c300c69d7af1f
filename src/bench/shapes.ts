/**
 * The training steps that are timed: one step is forward, backward, clip of the global norm at 5, and Adam.
 *
 *     seq   regression on the last hidden state: inputs (T, B, I), one output, mean squared error
 *     lm    language model: embedding, recurrent layers, linear to V at every step, mean cross-entropy
 */

import type { Cell } from '../models/sizes.js';

/** What every training shape has: T steps, B rows, L layers of H. */
export interface RecurrentShape {
  readonly name: string;
  readonly cell: Cell;
  readonly B: number;
  readonly T: number;
  readonly H: number;
  readonly L: number;
}

/** Regression on sequences of I numbers a step. */
export interface SequenceShape extends RecurrentShape {
  readonly kind: 'seq';
  readonly I: number;
}

/** A language model of V symbols with an embedding of E. */
export interface LanguageShape extends RecurrentShape {
  readonly kind: 'lm';
  readonly E: number;
  readonly V: number;
}

/** One training step to time. */
export type TrainingShape = SequenceShape | LanguageShape;

/**
 * The adding problem of Hochreiter and Schmidhuber (1997) for each cell, character models, the word model of Zaremba
 * et al. (2014) in its small size, and a wide one.
 */
export const SHAPES: readonly TrainingShape[] = [
  { name: 'adding_lstm_B32_T50_H32', kind: 'seq', cell: 'lstm', B: 32, T: 50, I: 2, H: 32, L: 1 },
  { name: 'adding_lstm_B64_T100_H128', kind: 'seq', cell: 'lstm', B: 64, T: 100, I: 2, H: 128, L: 1 },
  { name: 'adding_gru_B64_T100_H128', kind: 'seq', cell: 'gru', B: 64, T: 100, I: 2, H: 128, L: 1 },
  { name: 'adding_rnn_B64_T100_H128', kind: 'seq', cell: 'rnn', B: 64, T: 100, I: 2, H: 128, L: 1 },
  { name: 'charlm_lstm_B32_T64_H128', kind: 'lm', cell: 'lstm', B: 32, T: 64, E: 64, H: 128, L: 1, V: 65 },
  { name: 'charlm_lstm_B50_T50_H256x2', kind: 'lm', cell: 'lstm', B: 50, T: 50, E: 64, H: 256, L: 2, V: 65 },
  { name: 'ptb_small_B20_T20_H200x2', kind: 'lm', cell: 'lstm', B: 20, T: 20, E: 200, H: 200, L: 2, V: 10000 },
  { name: 'lm_B64_T35_H512', kind: 'lm', cell: 'lstm', B: 64, T: 35, E: 512, H: 512, L: 1, V: 2000 },
];
