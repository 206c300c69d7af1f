/** Echo: random bits, each to be told again a fixed number of steps later, while new ones come in. */

import { OptionError } from '../../errors.js';
import { ofBits } from './bits.js';
import type { Bits } from './bits.js';
import { judgeClasses } from './judge.js';
import { IGNORED } from '../sequences.js';
import type { SequenceBatch } from '../sequences.js';
import type { TaskDefinition, TaskKind } from './task.js';

function echoes(bits: Bits, T: number, delay: number, B: number): SequenceBatch {
  const inputs = new Float32Array(T * B);
  const targets = new Int32Array(T * B).fill(IGNORED);
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      const row = t * B + b;
      inputs[row] = bits(b, t);
      if (t >= delay) targets[row] = inputs[row - delay * B]!;
    }
  }
  return { inputs: { data: inputs, shape: [T, B, 1] }, targets: { data: targets, shape: [T, B] } };
}

/** Echo. */
export const ECHO: TaskKind = {
  summary: 'random bits, each told again so many steps later',
  criterion: 'all bits are right',
  options: {
    length: { value: 30, least: 2, meaning: 'bits' },
    delay: { value: 5, least: 1, meaning: 'steps until a bit is told again' },
  },
  recipe: { cell: 'lstm', hiddenSize: 32, steps: 1000, batch: 32, lr: 1e-2, schedule: 'cosine', clipNorm: 1 },
  define({ length: T = 0, delay = 0 }): TaskDefinition {
    if (delay >= T) {
      throw new OptionError(`echo: delay must be below length, ${T}, got ${delay}. No bit would be told again.`);
    }
    return {
      form: { inputs: 'values', inputSize: 1, outputs: 'classes', outputSize: 2, at: 'every' },
      steps: T,
      baseline: Math.LN2,
      ...ofBits(T, (bits, B) => echoes(bits, T, delay, B)),
      judge: judgeClasses,
    };
  },
};
