/** Parity: at every step, whether the number of ones so far is odd. Never more than one bit of memory, for any length. */

import { ofBits } from './bits.js';
import type { Bits } from './bits.js';
import { binaryEntropy, judgeClasses } from './judge.js';
import type { SequenceBatch } from '../sequences.js';
import type { TaskDefinition, TaskKind } from './task.js';

function parities(bits: Bits, T: number, B: number): SequenceBatch {
  const inputs = new Float32Array(T * B);
  const targets = new Int32Array(T * B);
  for (let b = 0; b < B; b++) {
    let odd = 0;
    for (let t = 0; t < T; t++) {
      const row = t * B + b;
      inputs[row] = bits(b, t);
      targets[row] = odd ^= inputs[row]!;
    }
  }
  return { inputs: { data: inputs, shape: [T, B, 1] }, targets: { data: targets, shape: [T, B] } };
}

/** Parity. */
export const PARITY: TaskKind = {
  summary: 'whether the number of ones so far is odd, at every step',
  criterion: 'the parity is right at every step',
  options: { length: { value: 20, least: 1, meaning: 'bits' } },
  recipe: { cell: 'rnn', hiddenSize: 32, steps: 2000, batch: 32, lr: 1e-2, schedule: 'cosine', clipNorm: 1 },
  define({ length: T = 0 }): TaskDefinition {
    return {
      form: { inputs: 'values', inputSize: 1, outputs: 'classes', outputSize: 2, at: 'every' },
      steps: T,
      baseline: binaryEntropy((1 + 1 / T) / 2), // the bit itself, which is right at the first step and half of the others
      ...ofBits(T, (bits, B) => parities(bits, T, B)),
      judge: judgeClasses,
    };
  },
};
