/** The LSTM's variants against the numbers in the tests of TensorFlow Addons (tensorflow_addons/rnn/tests). */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { everywhere, float64 } from '../engine/settings.js';
import { filled, forgetting } from './keras-case.js';
import { differing, evaluateCase } from './recurrent-case.js';
import type { RecurrentCase } from './recurrent-case.js';

const TOLERANCE = 1e-5;

/** PeepholeLSTMCell(5) on rows of the identity, then zeros; input weights and peepholes are 1. */
const peephole: RecurrentCase = {
  name: 'PeepholeLSTMCell',
  cell: 'LSTM',
  options: { inputSize: 4, hiddenSize: 5, peepholes: true },
  lengths: null,
  params: {
    weight_ih_l0: filled([20, 4], 1),
    weight_hh_l0: filled([20, 5], 1),
    bias_ih_l0: forgetting(5, 0),
    bias_hh_l0: filled([20], 0),
    weight_peephole_l0: filled([15], 1),
  },
  x: { shape: [1, 4, 4], data: [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0] },
  hn: { shape: [1, 4, 5], data: [...filled([15], 0.417551).data, ...filled([5], 0).data] },
};

/** Two layers of LayerNormLSTMCell(2) on ones; weights and biases are 0.5, the forget gate's bias 1. */
function layerNorm(): RecurrentCase {
  const ofLayer = (suffix: string) => ({
    [`weight_ih${suffix}`]: filled([8, 2], 0.5),
    [`weight_hh${suffix}`]: filled([8, 2], 0.5),
    [`bias_ih${suffix}`]: forgetting(2, 0.5),
    [`bias_hh${suffix}`]: filled([8], 0),
    [`weight_norm_ih${suffix}`]: filled([8], 1),
    [`weight_norm_hh${suffix}`]: filled([8], 1),
    [`weight_norm_c${suffix}`]: filled([2], 1),
    [`bias_norm_c${suffix}`]: filled([2], 0),
  });
  const h = [-0.47406167, 0.47406143];
  return {
    name: 'LayerNormLSTMCell',
    cell: 'LSTM',
    options: { inputSize: 2, hiddenSize: 2, numLayers: 2, layerNorm: 'carry', layerNormEps: 1e-12 },
    lengths: null,
    params: { ...ofLayer('_l0'), ...ofLayer('_l1') },
    x: filled([1, 1, 2], 1),
    h0: { shape: [2, 1, 2], data: [0.2, 0.3, 0.6, 0.7] },
    c0: { shape: [2, 1, 2], data: [0, 0.1, 0.4, 0.5] },
    y: { shape: [1, 1, 2], data: h },
    hn: { shape: [2, 1, 2], data: [...h, ...h] },
    cn: { shape: [2, 1, 2], data: [-1, 1, -1, 1] },
  };
}

for (const { name, options } of everywhere) {
  test(`PeepholeLSTMCell: ${name}`, async () => {
    const results = evaluateCase(await createEngine(options), peephole);
    expect(differing(results, TOLERANCE)).toEqual([]);
  });
}

// The eight pre-activations of a matrix are equal there. Normalised with an epsilon of 1e-12, the rounding of their
// mean in 32 bits could be as large as the epsilon.
test('LayerNormLSTMCell: float64', async () => {
  const results = evaluateCase(await createEngine(float64.options), layerNorm());
  expect(differing(results, TOLERANCE)).toEqual([]);
});
