/**
 * The adding problem (Hochreiter and Schmidhuber 1997, experiment 4): of T numbers two are marked, and their sum is
 * asked for at the end. Numbers are uniform in [0, 1) and one is marked in each half, as Arjovsky, Shah and Bengio have
 * it (2016).
 */

import type { FloatTensor, SequenceBatch } from '../sequences.js';
import type { Judgement, TaskDefinition, TaskKind } from './task.js';
import type { Random } from '../../random.js';

/** The error that Hochreiter and Schmidhuber allow: 0.04 where the sums have a range of 1. */
const TOLERANCE = 0.08;

function draw(random: Random, T: number, B: number): SequenceBatch {
  const inputs = new Float32Array(T * B * 2);
  const targets = new Float32Array(B);
  const half = Math.floor(T / 2);
  for (let b = 0; b < B; b++) {
    const marked = [random.integer(half), half + random.integer(T - half)];
    for (let t = 0; t < T; t++) inputs[(t * B + b) * 2] = random.uniform();
    for (const t of marked) {
      inputs[(t * B + b) * 2 + 1] = 1;
      targets[b]! += inputs[(t * B + b) * 2]!;
    }
  }
  return { inputs: { data: inputs, shape: [T, B, 2] }, targets: { data: targets, shape: [B, 1] } };
}

function judge(outputs: ArrayLike<number>, { targets }: SequenceBatch, b: number): Judgement {
  const error = Math.abs(outputs[b]! - (targets as FloatTensor).data[b]!);
  return { correct: error < TOLERANCE ? 1 : 0, asked: 1 };
}

/** The adding problem. */
export const ADDING: TaskKind = {
  summary: 'the sum of the two marked numbers among so many, at the end',
  criterion: `the sum is within ${TOLERANCE}`,
  options: { length: { value: 100, least: 2, meaning: 'numbers' } },
  recipe: { cell: 'gru', hiddenSize: 64, steps: 4000, batch: 32, lr: 3e-3, schedule: 'cosine', clipNorm: 1 },
  define({ length: T = 0 }): TaskDefinition {
    return {
      form: { inputs: 'values', inputSize: 2, outputs: 'values', outputSize: 1, at: 'last' },
      steps: T,
      baseline: 1 / 6, // always 1: the variance of a sum of two uniform numbers
      batch: (random, size) => draw(random, T, size),
      judge,
    };
  },
};
