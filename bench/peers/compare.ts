/**
 * One training step of recurra's tiers and of TensorFlow.js's `cpu` backend, in alternation within one process:
 * forward, backward, clip where the engine has it, Adam. Prints the medians and the ratios.
 *
 *     npm --prefix bench/peers ci && npm --prefix bench/peers run compare -- [ROUNDS] [SHAPE]
 *
 * Build recurra's kernels first: npm run build
 */

import * as tf from '@tensorflow/tfjs';
import { KernelUnavailableError } from '../../src/index.js';
import { SHAPES } from '../shapes.js';
import type { LanguageModelShape } from '../shapes.js';
import { trainStep } from '../train-step.js';

const rounds = Number(process.argv[2] ?? 5);
const name = process.argv[3] ?? 'charlm_lstm_B32_T64_H128';

/** The same model in TensorFlow.js; dense one-hot targets are what its loss takes. */
async function tensorflowStep({ B, T, E, H, L, V }: LanguageModelShape): Promise<() => Promise<unknown>> {
  await tf.setBackend('cpu');
  await tf.ready();
  const model = tf.sequential();
  model.add(tf.layers.embedding({ inputDim: V, outputDim: E, inputLength: T }));
  for (let l = 0; l < L; l++) {
    model.add(tf.layers.lstm({ units: H, returnSequences: true, recurrentActivation: 'sigmoid' }));
  }
  model.add(tf.layers.dense({ units: V, activation: 'softmax' }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
  const x = tf.randomUniform([B, T], 0, V, 'int32').toFloat();
  const y = tf.oneHot(tf.randomUniform([B * T], 0, V, 'int32'), V).reshape([B, T, V]);
  return () => model.trainOnBatch(x, y);
}

interface Contestant {
  readonly name: string;
  readonly step: () => unknown;
  /** Steps in a round: the fast ones take several, so that a round is no blink. */
  readonly steps: number;
  readonly ms: number[];
}

async function contestants(shape: LanguageModelShape): Promise<Contestant[]> {
  const list: Contestant[] = [];
  for (const [tier, steps] of [
    ['relaxed', 20],
    ['simd', 20],
    ['js', 4],
  ] as const) {
    try {
      list.push({ name: `recurra ${tier}`, step: (await trainStep(shape, tier)).run, steps, ms: [] });
    } catch (error) {
      if (!(error instanceof KernelUnavailableError)) throw error;
    }
  }
  list.push({ name: 'TensorFlow.js cpu', step: await tensorflowStep(shape), steps: 1, ms: [] });
  return list;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const shape = SHAPES.find((candidate) => candidate.name === name);
if (shape === undefined) throw new Error(`no shape ${name}; there are ${SHAPES.map((one) => one.name).join(', ')}`);
const list = await contestants(shape);
for (const { step, steps } of list) for (let i = 0; i < Math.min(steps, 5); i++) await step();
for (let round = 0; round < rounds; round++) {
  for (const { step, steps, ms } of list) {
    const began = performance.now();
    for (let i = 0; i < steps; i++) await step();
    ms.push((performance.now() - began) / steps);
  }
}
const reference = median(list.at(-1)!.ms);
console.log(`${shape.name}, ${rounds} rounds in alternation, node ${process.version}`);
for (const { name: who, ms } of list) {
  const middle = median(ms);
  const range = `${Math.min(...ms).toFixed(1)} to ${Math.max(...ms).toFixed(1)}`;
  console.log(
    `${who.padEnd(18)} ${middle.toFixed(1).padStart(8)} ms/step (${range}), ${(reference / middle).toFixed(1)} times TensorFlow.js cpu`,
  );
}
