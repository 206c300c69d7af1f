/** What a training step takes at least, counted from its shape: arithmetic of the products, and memory. */

import { panelSize } from '../kernels/codes.js';
import type { TrainingShape } from './shapes.js';

const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

/** A weight matrix (N, K) and the rows it is multiplied with in a step. */
interface Weight {
  readonly N: number;
  readonly K: number;
  readonly rows: number;
  /** Whether the gradient of its input is a product too: what is given to the model needs none. */
  readonly returns: boolean;
}

function weightsOf(shape: TrainingShape): Weight[] {
  const { kind, cell, B, T, H, L } = shape;
  const rows = T * B;
  const N = GATES[cell] * H;
  const layers = Array.from({ length: L }, (_, k): Weight[] => [
    { N, K: k === 0 ? inputSize(shape) : H, rows, returns: k > 0 || kind === 'lm' },
    { N, K: H, rows, returns: true },
  ]);
  const head = kind === 'lm' ? { N: shape.V, rows } : { N: 1, rows: B };
  return [...layers.flat(), { ...head, K: H, returns: true }];
}

function inputSize(shape: TrainingShape): number {
  return shape.kind === 'lm' ? shape.E : shape.I;
}

/**
 * Floating-point operations of the products of one step: 2 a weight and row for the forward, 2 for the weight's
 * gradient, 2 for the input's, where that is needed. An embedding is no product; what is done element by element does
 * not count.
 */
export function stepFlops(shape: TrainingShape): number {
  return weightsOf(shape).reduce((sum, { N, K, rows, returns }) => sum + (returns ? 6 : 4) * rows * N * K, 0);
}

/**
 * Bytes below which a step with its packed weights can hardly go: 28 T B H a layer (seven numbers an LSTM keeps of each
 * unit and step: four gates, c, tanh c, h; the same is granted to the other cells), inputs, logits, and the packed
 * weights of both directions.
 */
export function stepFloorBytes(shape: TrainingShape): number {
  const { B, T, H, L } = shape;
  const outputs = shape.kind === 'lm' ? T * B * shape.V : B;
  const packed = weightsOf(shape).reduce((sum, { N, K }) => sum + panelSize(K, N) + panelSize(N, K), 0);
  return 28 * T * B * H * L + 4 * (T * B * inputSize(shape) + outputs + packed);
}
