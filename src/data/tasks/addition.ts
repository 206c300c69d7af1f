/**
 * Binary addition, least significant bit first: two bits go in at every step, a bit of the sum comes out, and a last
 * step brings the carry out. One bit of memory, the carry, is enough for numbers of any width, so what was learnt on
 * short numbers can be tried on long ones.
 */

import { binaryEntropy, judgeClasses } from './judge.js';
import type { SequenceBatch } from '../sequences.js';
import type { TaskDefinition, TaskKind } from './task.js';

/** Bit `k` of the first (0) or second (1) number of pair `b`. */
type Bits = (b: number, k: number, which: 0 | 1) => number;

function add(bits: Bits, width: number, B: number): SequenceBatch {
  const T = width + 1;
  const inputs = new Float32Array(T * B * 2);
  const targets = new Int32Array(T * B);
  for (let b = 0; b < B; b++) {
    let carry = 0;
    for (let k = 0; k < width; k++) {
      const row = k * B + b;
      const [x, y] = [bits(b, k, 0), bits(b, k, 1)];
      inputs.set([x, y], 2 * row);
      const sum = x + y + carry;
      targets[row] = sum & 1;
      carry = sum >> 1;
    }
    targets[width * B + b] = carry;
  }
  return { inputs: { data: inputs, shape: [T, B, 2] }, targets: { data: targets, shape: [T, B] } };
}

/** Pair number `index` of all: the lower half of its digits is the first number. */
function pairs(from: number, width: number): Bits {
  return (b, k, which) => Math.floor((from + b) / 2 ** (k + which * width)) % 2;
}

/**
 * The loss without memory. The carry into bit k is 1 with probability (1 - 2^-k) / 2, whatever the two bits there are,
 * so a predictor that sees those alone is as unsure as the mean over the places it may be in. Two zeros are also what
 * the last step brings.
 */
function baseline(width: number): number {
  const carries = width / 2 - 1 + 2 ** -width; // the sum over all k
  const last = (1 - 2 ** -width) / 2;
  const zeros = (width / 4 + 1) * binaryEntropy((carries / 4 + last) / (width / 4 + 1));
  const others = ((3 * width) / 4) * binaryEntropy(carries / width);
  return (zeros + others) / (width + 1);
}

/** Binary addition. */
export const ADDITION: TaskKind = {
  summary: 'the sum of two binary numbers, least significant bit first',
  criterion: 'all bits of the sum are right',
  options: { length: { value: 8, least: 1, meaning: 'bits of each number' } },
  recipe: { cell: 'rnn', hiddenSize: 8, steps: 3000, batch: 32, lr: 2e-2, schedule: 'cosine', clipNorm: 1 },
  define({ length: width = 0 }): TaskDefinition {
    return {
      form: { inputs: 'values', inputSize: 2, outputs: 'classes', outputSize: 2, at: 'every' },
      steps: width + 1,
      baseline: baseline(width),
      all: { count: 4 ** width, batch: (from, size) => add(pairs(from, width), width, size) },
      batch: (random, size) => add(() => random.integer(2), width, size),
      judge: judgeClasses,
    };
  },
};
