/** The forms of the LSTM by name: the gates there are, and where it is normalised. */

import { CAROUSEL, COUPLED, FORGET, INPUT_OUTPUT } from '../kernels/codes.js';

/** The gates of an LSTM, as they came: none, input and output (1997), with a forget gate (2000), or coupled to it. */
export const LSTM_GATES = ['none', 'input-output', 'all', 'coupled'] as const;

/** Which gates there are. */
export type LstmGates = (typeof LSTM_GATES)[number];

const KINDS: Record<LstmGates, number> = {
  none: CAROUSEL,
  'input-output': INPUT_OUTPUT,
  all: FORGET,
  coupled: COUPLED,
};

const NAMES: Record<LstmGates, readonly string[]> = {
  none: ['g'],
  'input-output': ['i', 'g', 'o'],
  all: ['i', 'f', 'g', 'o'],
  coupled: ['i', 'g', 'o'],
};

/**
 * The two published forms of layer normalisation: 'output' normalises the cell where h is formed, h = o tanh(LN(c)), and
 * carries c as it is (Ba, Kiros and Hinton 2016); 'carry' carries LN(c) (TensorFlow Addons, PyTorch's fast RNNs).
 */
export const LSTM_LAYER_NORMS = ['output', 'carry'] as const;

/** A form of layer normalisation. */
export type LstmLayerNorm = (typeof LSTM_LAYER_NORMS)[number];

/** The number of the kind, for the kernels. */
export function lstmKind(gates: LstmGates): number {
  return KINDS[gates];
}

/** The blocks of the weights by name, in their order. */
export function lstmGateNames(gates: LstmGates): readonly string[] {
  return NAMES[gates];
}

/** The number of blocks of the weights, one for each gate and one for g. */
export function lstmBlocks(gates: LstmGates): number {
  return NAMES[gates].length;
}

/** The number of peepholes: one for each gate. */
export function lstmPeepholes(gates: LstmGates): number {
  return lstmBlocks(gates) - 1;
}
