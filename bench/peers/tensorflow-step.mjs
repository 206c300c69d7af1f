/**
 * TensorFlow.js as a contestant: `node tensorflow-step.mjs cpu|wasm`. Its loss takes dense one-hot targets; it has no
 * clip by the global norm in `trainOnBatch`, which the others do.
 */

import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { answer, timeSteps } from './answers.mjs';

const backend = process.argv[2] ?? 'cpu';
const LAYERS = { lstm: 'lstm', gru: 'gru', rnn: 'simpleRNN' };

/** The recurrent layers of a shape. */
function addRecurrent(model, { kind, cell, T, I, H, L }) {
  for (let k = 0; k < L; k++) {
    const options = { units: H, returnSequences: kind === 'lm' || k < L - 1 };
    if (cell !== 'rnn') options.recurrentActivation = 'sigmoid';
    if (kind === 'seq' && k === 0) options.inputShape = [T, I];
    model.add(tf.layers[LAYERS[cell]](options));
  }
}

/** Regression on the last hidden state. */
function regression(shape) {
  const { B, T, I } = shape;
  const model = tf.sequential();
  addRecurrent(model, shape);
  model.add(tf.layers.dense({ units: 1 }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
  const [x, y] = [tf.randomNormal([B, T, I]), tf.randomNormal([B, 1])];
  return () => model.trainOnBatch(x, y);
}

/** Embedding, layers, softmax. */
function languageModel(shape) {
  const { B, T, E, V } = shape;
  const model = tf.sequential();
  model.add(tf.layers.embedding({ inputDim: V, outputDim: E, inputLength: T }));
  addRecurrent(model, shape);
  model.add(tf.layers.dense({ units: V, activation: 'softmax' }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
  const ids = (...sizes) => tf.randomUniform(sizes, 0, V, 'int32');
  const x = ids(B, T).toFloat();
  const y = tf.oneHot(ids(B * T), V).reshape([B, T, V]);
  return () => model.trainOnBatch(x, y);
}

await answer(async () => {
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${path.dirname(main)}${path.sep}`);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
  await tf.ready();
  let step;
  return {
    versions: `TensorFlow.js ${tf.version.tfjs} ${tf.getBackend()}, Node ${process.versions.node}`,
    build({ shape }) {
      tf.disposeVariables();
      step = shape.kind === 'lm' ? languageModel(shape) : regression(shape);
      return { done: true };
    },
    steps: ({ count }) => timeSteps(step, count),
  };
});
