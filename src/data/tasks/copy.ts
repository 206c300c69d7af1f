/**
 * Copy memory (Hochreiter and Schmidhuber 1997; in this form Arjovsky, Shah and Bengio 2016): some symbols, a stretch
 * of T - 1 blanks, a delimiter, and then the symbols are to be told in their order while blanks go in. Before that the
 * answer is a blank, which counts in the loss but is not asked.
 */

import { judgeClasses } from './judge.js';
import type { SequenceBatch } from '../sequences.js';
import type { TaskDefinition, TaskKind } from './task.js';
import type { Random } from '../../random.js';

const BLANK = 0;

interface Sizes {
  /** T of the literature: from the last symbol in to the first one out. */
  readonly length: number;
  readonly items: number;
  readonly symbols: number;
}

/** Ids: 0 is the blank, then the symbols, then the delimiter, which is no answer. */
function draw(random: Random, { length, items, symbols }: Sizes, B: number): SequenceBatch {
  const T = length + 2 * items;
  const inputs = new Int32Array(T * B).fill(BLANK);
  const targets = new Int32Array(T * B).fill(BLANK);
  for (let b = 0; b < B; b++) {
    for (let k = 0; k < items; k++) {
      const symbol = 1 + random.integer(symbols);
      inputs[k * B + b] = symbol;
      targets[(length + items + k) * B + b] = symbol;
    }
    inputs[(length + items - 1) * B + b] = symbols + 1;
  }
  return { inputs: { data: inputs, shape: [T, B] }, targets: { data: targets, shape: [T, B] } };
}

/** Copy memory. */
export const COPY: TaskKind = {
  summary: 'symbols told again in their order, so many steps later',
  criterion: 'all symbols are right',
  options: {
    length: { value: 50, least: 1, meaning: 'steps between symbols and answer' },
    items: { value: 10, least: 1, meaning: 'symbols to keep' },
    symbols: { value: 8, least: 2, meaning: 'different symbols' },
  },
  recipe: { cell: 'gru', hiddenSize: 128, steps: 3000, batch: 32, lr: 1e-2, schedule: 'cosine', clipNorm: 1, chrono: true }, // prettier-ignore
  define({ length = 0, items = 0, symbols = 0 }): TaskDefinition {
    const sizes = { length, items, symbols };
    const steps = length + 2 * items;
    return {
      form: { inputs: 'ids', inputSize: symbols + 2, outputs: 'classes', outputSize: symbols + 1, at: 'every' },
      steps,
      baseline: (items * Math.log(symbols)) / steps, // knows when, not which
      batch: (random, size) => draw(random, sizes, size),
      judge: (outputs, batch, b) => judgeClasses(outputs, batch, b, BLANK),
    };
  },
};
